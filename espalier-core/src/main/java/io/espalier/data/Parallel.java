package io.espalier.data;

import io.espalier.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Runs a task for 0, 1, 2 … on several threads. Indices are claimed in ascending order and the
 * failure of the lowest index is the one that is thrown, however the threads were timed.
 */
final class Parallel {
  private static final int BLOCK = 16;
  private static final long POLL_MILLIS = 100;

  private record Failure(int index, Throwable cause) {}

  private final int count;
  private final IntConsumer task;
  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicReference<Failure> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private Parallel(int count, IntConsumer task) {
    this.count = count;
    this.task = task;
  }

  /**
   * Returns when all images are done, or {@code stop} says true, and no thread is left; tells
   * {@code progress} and asks {@code stop} from this thread.
   */
  static void run(
      String name,
      int count,
      int threads,
      Progress progress,
      BooleanSupplier stop,
      IntConsumer task) {
    Parallel parallel = new Parallel(count, task);
    parallel.stopped = stop.getAsBoolean();
    List<Thread> workers = new ArrayList<>();
    progress.begin(name, count, "images");
    try {
      for (int i = 0; i < threads; i++) {
        Thread thread = new Thread(parallel::work, "espalier-decode-" + i);
        thread.setDaemon(true);
        thread.start();
        workers.add(thread);
      }
      parallel.await(workers, progress, stop);
    } finally {
      progress.end();
    }
  }

  private void work() {
    int from;
    while (!stopped && (from = claimed.getAndAdd(BLOCK)) < count && from >= 0) {
      work(from, (int) Math.min(count, (long) from + BLOCK));
    }
  }

  private void work(int from, int end) {
    for (int i = from; i < end; i++) {
      Failure known = failure.get();
      if (known != null && known.index() < i) {
        return;
      }
      try {
        task.accept(i);
        done.incrementAndGet();
      } catch (Throwable e) {
        Failure mine = new Failure(i, e);
        failure.accumulateAndGet(
            mine, (old, own) -> old == null || own.index() < old.index() ? own : old);
        stopped = true;
      }
    }
  }

  private void await(List<Thread> workers, Progress progress, BooleanSupplier stop) {
    int told = 0;
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join(POLL_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
          stopped = true;
        }
        stopped |= stop.getAsBoolean();
        int now = done.get();
        progress.advance(now - told);
        told = now;
      }
    }
    progress.advance(done.get() - told);
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while reading data");
    }
    rethrow();
  }

  private void rethrow() {
    Failure first = failure.get();
    if (first == null) {
      return;
    }
    switch (first.cause()) {
      case RuntimeException problem -> throw problem;
      case Error error -> throw error;
      default -> throw new IllegalStateException(first.cause());
    }
  }
}
