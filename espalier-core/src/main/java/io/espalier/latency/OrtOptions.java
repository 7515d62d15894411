package io.espalier.latency;

/**
 * How ONNX Runtime runs a network.
 *
 * @param optimized true for all of its graph optimisations, false for none
 * @param threads threads that work on one operator
 */
public record OrtOptions(boolean optimized, int threads) {
  public OrtOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be 1 or more, but got " + threads);
    }
  }

  /** One thread and the operators as the file has them: for comparing values. */
  public static OrtOptions plain() {
    return new OrtOptions(false, 1);
  }

  /** All optimisations: for measuring time. */
  public static OrtOptions fast(int threads) {
    return new OrtOptions(true, threads);
  }
}
