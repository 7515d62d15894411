package io.espalier.torch;

/** This machine has no build of libtorch; what needs no tensors still works. */
public final class UnsupportedPlatformException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  UnsupportedPlatformException(String message) {
    super(message);
  }

  UnsupportedPlatformException(String message, Throwable cause) {
    super(message, cause);
  }
}
