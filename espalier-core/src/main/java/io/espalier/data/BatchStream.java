package io.espalier.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Batches in their order, made ahead by background threads. For one consumer thread, which closes
 * it; closing ends the threads, also half way.
 */
public final class BatchStream implements Iterator<Batch>, AutoCloseable {
  private static final int MOST_AHEAD = 4;

  private final BatchFiller filler;
  private final int steps;
  private final int ahead;
  private final ExecutorService workers;
  private final List<Thread> threads = new ArrayList<>();
  private final ArrayDeque<Future<Batch>> pending = new ArrayDeque<>();
  private final ArrayDeque<Batch> pool = new ArrayDeque<>();
  private Batch current;
  private int submitted;
  private int taken;
  private boolean closed;

  BatchStream(BatchFiller filler, int firstStep, int steps, int useful) {
    this.filler = filler;
    this.steps = steps;
    this.submitted = firstStep;
    this.taken = firstStep;
    int count = Math.clamp(useful, 1, MOST_AHEAD);
    this.ahead = Math.min(count + 1, MOST_AHEAD);
    this.workers = Executors.newFixedThreadPool(count, this::thread);
    submit();
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, "espalier-batches");
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  /** The step of the batch that {@link #next} gives. */
  public int nextStep() {
    return taken;
  }

  @Override
  public boolean hasNext() {
    return !closed && taken < steps;
  }

  /**
   * The next batch; the one before it is no longer valid.
   *
   * @throws DataException where an image of this batch cannot be read; the stream is closed then
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no batch is left");
    }
    if (current != null) {
      pool.add(current);
      current = null;
    }
    submit();
    try {
      current = pending.remove().get();
    } catch (ExecutionException e) {
      close();
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while waiting for a batch", e);
    }
    taken++;
    return current;
  }

  private void submit() {
    while (pending.size() < ahead && submitted < steps) {
      int step = submitted++;
      Batch batch = pooled(filler.count(step));
      pending.add(
          workers.submit(
              () -> {
                filler.fill(batch, step);
                return batch;
              }));
    }
  }

  private Batch pooled(int count) {
    Batch batch = pool.poll();
    return batch != null && batch.count() == count ? batch : filler.allocate(count);
  }

  private static RuntimeException rethrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException problem
        ? problem
        : new DataException("a batch could not be made: " + cause.getMessage(), cause);
  }

  /** Ends the threads and waits until they are gone. */
  @Override
  public void close() {
    closed = true;
    workers.shutdownNow();
    pending.clear();
    pool.clear();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
