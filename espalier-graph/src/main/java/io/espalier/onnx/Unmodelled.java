package io.espalier.onnx;

/** Says that a node must stay opaque, and why; never leaves this package. */
final class Unmodelled extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unmodelled(String reason) {
    super(reason, null, false, false);
  }
}
