package io.espalier.cli;

/** A wish that cannot be met; the message is one line and says what to do. */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean misuse;

  private CliException(String message, boolean misuse) {
    super(message);
    this.misuse = misuse;
  }

  CliException(String message) {
    this(message, false);
  }

  /** The command line itself is wrong. */
  static CliException misuse(String message) {
    return new CliException(message, true);
  }

  boolean isMisuse() {
    return misuse;
  }
}
