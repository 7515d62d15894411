package io.espalier.train;

/** A run that cannot start or go on; the message is one line and says what to do. */
public final class TrainException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TrainException(String message) {
    super(message);
  }

  public TrainException(String message, Throwable cause) {
    super(message, cause);
  }
}
