package io.espalier.method;

/** A prune was asked to stop inside a piece of work; what is on record stays. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StoppedException() {
    super("stopped", null, false, false);
  }
}
