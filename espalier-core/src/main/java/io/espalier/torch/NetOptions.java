package io.espalier.torch;

/**
 * How a {@link TorchNet} computes.
 *
 * @param precision the type it computes in
 * @param channelsLast whether images and convolution weights lie in memory with channels last,
 *     which is faster on most processors
 */
public record NetOptions(Precision precision, boolean channelsLast) {
  public static NetOptions defaults() {
    return new NetOptions(Precision.FLOAT32, true);
  }

  /** For proofs: everything in double. */
  public static NetOptions exact() {
    return new NetOptions(Precision.FLOAT64, false);
  }

  public NetOptions withPrecision(Precision newPrecision) {
    return new NetOptions(newPrecision, channelsLast);
  }
}
