package io.espalier.cli;

import io.espalier.train.RunFolder;
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
  private final Output output;
  private volatile boolean stop;

  private Interruption(Output output) {
    this.output = output;
    hook = new Thread(this::stopAndWait, "interrupt");
  }

  /** Watches for an interrupt until it is closed. */
  static Interruption watch(Output output) {
    Interruption interruption = new Interruption(output);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void stopAndWait() {
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

  /**
   * Says that the work waits in {@code folder}, and returns the exit code. To be called before this
   * is closed, because the process dies then.
   */
  int stopped(RunFolder folder) {
    output.note(
        "stopped: the same command goes on from here (run folder %s)".formatted(folder.path()));
    return EXIT;
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
