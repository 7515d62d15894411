package io.espalier.train;

import java.util.function.BooleanSupplier;

/**
 * Turns an interrupt of the thread into a wish to stop that can be asked for again and again. The
 * thread's own flag is cleared meanwhile: with it set, files cannot be written.
 */
final class Interrupts implements BooleanSupplier {
  private final BooleanSupplier stop;
  private boolean interrupted;

  Interrupts(BooleanSupplier stop) {
    this.stop = stop;
  }

  @Override
  public boolean getAsBoolean() {
    interrupted |= Thread.interrupted();
    return interrupted || stop.getAsBoolean();
  }

  /** Sets the thread's flag again if it was set. */
  void restore() {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
