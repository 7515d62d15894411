package io.espalier.latency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Threads that do the same work at the same time. */
final class Beside implements AutoCloseable {
  /** When a thread began and ended. */
  private record Span(long begin, long end) {}

  private final int count;
  private final CyclicBarrier start;
  private final ExecutorService threads;

  Beside(int count) {
    this.count = count;
    this.start = new CyclicBarrier(count);
    this.threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("espalier-stream-", 0).factory());
  }

  /**
   * Nanoseconds from when all threads are there to when the last one is done. If one fails, this is
   * to be closed.
   *
   * @param work gets the thread's number
   */
  long nanos(IntConsumer work) {
    List<Future<Span>> futures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      futures.add(threads.submit(() -> span(work, number)));
    }
    long begin = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (Future<Span> future : futures) {
      Span span = result(future);
      begin = Math.min(begin, span.begin());
      end = Math.max(end, span.end());
    }
    return end - begin;
  }

  private Span span(IntConsumer work, int number)
      throws InterruptedException, BrokenBarrierException {
    start.await();
    long begin = System.nanoTime();
    work.accept(number);
    return new Span(begin, System.nanoTime());
  }

  private static Span result(Future<Span> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException problem -> throw problem;
        case Error error -> throw error;
        default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while networks were timed", e);
    }
  }

  /** Ends the threads and waits for them: what they work with may be freed afterwards. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
