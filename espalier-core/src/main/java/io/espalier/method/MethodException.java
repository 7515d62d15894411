package io.espalier.method;

/** A prune that cannot be done; the message is one line and says what to do. */
public final class MethodException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MethodException(String message) {
    super(message);
  }

  public MethodException(String message, Throwable cause) {
    super(message, cause);
  }
}
