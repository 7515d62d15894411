package io.espalier.dynamic;

/** A network that cannot be gated, or whose gates are not what its file says; one line. */
public final class DynamicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DynamicException(String message) {
    super(message);
  }

  public DynamicException(String message, Throwable cause) {
    super(message, cause);
  }
}
