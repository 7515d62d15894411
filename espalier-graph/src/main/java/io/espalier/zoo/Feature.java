package io.espalier.zoo;

/** A value {@code [N, channels, height, width]} of the network that is being built. */
record Feature(String value, int channels, int height, int width) {
  /** The same sizes under another name: what a pointwise layer makes. */
  Feature named(String newValue) {
    return new Feature(newValue, channels, height, width);
  }
}
