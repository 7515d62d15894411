package io.espalier.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BesideTest {
  /** Work that ends only when all threads are at it together. */
  @Test
  void threads_workAtTheSameTime() {
    Set<Integer> seen = ConcurrentHashMap.newKeySet();
    CyclicBarrier meeting = new CyclicBarrier(3);
    try (Beside beside = new Beside(3)) {
      for (int round = 0; round < 5; round++) {
        long nanos =
            beside.nanos(
                number -> {
                  seen.add(number);
                  meet(meeting);
                });
        assertTrue(nanos > 0);
      }
    }
    assertEquals(Set.of(0, 1, 2), seen);
  }

  @Test
  void time_endsWithTheLastThread() {
    try (Beside beside = new Beside(2)) {
      long nanos = beside.nanos(number -> pause(number == 1 ? 60 : 0));
      assertTrue(nanos >= 50_000_000, nanos + " ns");
    }
  }

  @Test
  void close_waitsForThreadsAtWork() {
    AtomicBoolean done = new AtomicBoolean();
    Beside beside = new Beside(2);
    assertThrows(
        IllegalStateException.class,
        () ->
            beside.nanos(
                number -> {
                  if (number == 0) {
                    throw new IllegalStateException("at once");
                  }
                  long end = System.nanoTime() + 100_000_000;
                  while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                  }
                  done.set(true);
                }));
    beside.close();
    assertTrue(done.get());
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void meet(CyclicBarrier meeting) {
    try {
      meeting.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void failure_ofOneThread_isThrownOnAsItIs() {
    OrtNetException failure = new OrtNetException("net", "cannot be run");
    try (Beside beside = new Beside(2)) {
      OrtNetException thrown =
          assertThrows(
              OrtNetException.class,
              () ->
                  beside.nanos(
                      number -> {
                        if (number == 1) {
                          throw failure;
                        }
                      }));
      assertEquals(failure, thrown);
    }
  }
}
