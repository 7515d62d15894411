package io.espalier.channel;

/** What a weight is to the unit that it belongs to. */
public enum Role {
  /** The filter that makes the channel: rows of a convolution's or linear layer's weight. */
  OUTPUT,
  /** The part of a consumer's weight that reads the channel. */
  INPUT,
  /** Bias of the filter that makes the channel. */
  BIAS,
  /** A normalisation's scale. */
  SCALE,
  /** A normalisation's shift. */
  SHIFT,
  /** Running mean of a batch normalisation. */
  MEAN,
  /** Running variance of a batch normalisation. */
  VARIANCE,
  /** Any other constant with an entry per channel: a slope, a layer scale, a quantisation scale. */
  OTHER
}
