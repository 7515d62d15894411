package io.espalier.torch;

import java.util.function.Supplier;

/** An error that libtorch reports, in one line. */
public final class TorchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TorchException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The first line of a native message: the others are a C++ back trace. */
  static String firstLine(Throwable error) {
    String message = String.valueOf(error.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  static RuntimeException of(String what, RuntimeException error) {
    if (error instanceof TorchException || error instanceof UnsupportedNodeException) {
      return error;
    }
    String message =
        error instanceof NullPointerException
                && "This pointer address is NULL.".equals(error.getMessage())
            ? "a tensor is used after it was freed"
            : firstLine(error);
    return new TorchException(what + message, error);
  }

  /** Runs native code; its errors become one line. */
  static <T> T call(Supplier<T> code) {
    try {
      return code.get();
    } catch (RuntimeException error) {
      throw of("", error);
    }
  }
}
