package io.espalier.onnx;

/** The versions of the standard operator set that this package knows. */
final class Opsets {
  /** The oldest that is read and written. */
  static final int OLDEST = 7;

  /** The newest whose operators were compared with this package; a newer one is read like it. */
  static final int NEWEST = 25;

  private Opsets() {}
}
