package io.espalier.latency;

/** ONNX Runtime cannot load or run a network; the message is one line and names the network. */
public final class OrtNetException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  OrtNetException(String network, String what, Throwable cause) {
    super(network + ": " + what + oneLine(cause), cause);
  }

  OrtNetException(String network, String what) {
    super(network + ": " + what);
  }

  private static String oneLine(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? "" : ": " + message.strip().replaceAll("\\s+", " ");
  }
}
