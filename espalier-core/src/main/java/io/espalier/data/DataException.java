package io.espalier.data;

/** Data that cannot be used; the message is one line that names the file and says what is wrong. */
public final class DataException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
