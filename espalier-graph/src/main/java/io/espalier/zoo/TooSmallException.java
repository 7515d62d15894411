package io.espalier.zoo;

/** The images have too few pixels for a layer. */
final class TooSmallException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  TooSmallException(String message) {
    super(message);
  }
}
