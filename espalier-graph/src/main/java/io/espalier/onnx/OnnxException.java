package io.espalier.onnx;

/**
 * An ONNX file that cannot be read or a network that cannot be written; the message is one line.
 */
public final class OnnxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public OnnxException(String message) {
    super(oneLine(message));
  }

  public OnnxException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Names come from files and may hold anything. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cntrl}+", " ");
  }
}
