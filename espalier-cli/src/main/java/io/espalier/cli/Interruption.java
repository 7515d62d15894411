package io.espalier.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets Ctrl-C end long work with a checkpoint: while one is open, the process waits for the work to
 * end before it dies.
 */
final class Interruption implements BooleanSupplier, AutoCloseable {
  /** The exit code of a program that was interrupted. */
  static final int EXIT = 130;

  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean stop;

  private Interruption(Output output) {
    hook = new Thread(() -> stopAndWait(output), "interrupt");
  }

  /** Watches for an interrupt until it is closed. */
  static Interruption watch(Output output) {
    Interruption interruption = new Interruption(output);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void stopAndWait(Output output) {
    stop = true;
    output.note("stopping after this step");
    try {
      closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the user wants the work to end. */
  @Override
  public boolean getAsBoolean() {
    return stop;
  }

  @Override
  public void close() {
    closed.countDown();
    if (!stop) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException dying) {
        // The process is ending already and runs the hook.
      }
    }
  }
}
