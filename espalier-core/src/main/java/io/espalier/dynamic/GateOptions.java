package io.espalier.dynamic;

/**
 * How a network is gated.
 *
 * @param variant which method's gates
 * @param share share of a layer's channels that {@code FIXED_K} and {@code FBS} keep, above 0 to 1;
 *     the others ignore it
 * @param layers which convolutions get a gate
 * @param saliency what their saliencies are made of
 * @param parts Channel Gating's {@code p}: the base path reads one in this many of a layer's
 *     inputs, rounded up; 2 or more; the others ignore it
 * @param seed of the saliencies' weights
 */
public record GateOptions(
    Variant variant,
    double share,
    GatedLayers layers,
    SaliencyOptions saliency,
    int parts,
    long seed) {
  /** What Channel Gating was published with. */
  private static final int PARTS = 4;

  /** What a product that is a whole number may be above it. */
  private static final double ROUNDING = 1e-9;

  public GateOptions {
    if (parts < 2) {
      throw new IllegalArgumentException("p must be 2 or more, but got " + parts);
    }
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be above 0 and at most 1, but got " + share);
    }
  }

  /**
   * Gates behind every normalised convolution but the first; saliencies start at 1 or around it.
   */
  public static GateOptions of(Variant variant) {
    return new GateOptions(
        variant, 0.5, GatedLayers.defaults(), SaliencyOptions.of(variant), PARTS, 1);
  }

  /**
   * The text of SANP: every layer, no biases, hidden width c / 16, random weights. FBS predicts its
   * saliencies with biases that start with 1.
   */
  public static GateOptions paper(Variant variant) {
    GatedLayers all = GatedLayers.defaults().withFirst(true);
    boolean own = variant == Variant.FBS;
    SaliencyOptions saliency = own ? SaliencyOptions.defaults() : SaliencyOptions.paper();
    return new GateOptions(variant, 0.5, all, saliency, PARTS, 1);
  }

  public GateOptions withShare(double value) {
    return new GateOptions(variant, value, layers, saliency, parts, seed);
  }

  public GateOptions withLayers(GatedLayers value) {
    return new GateOptions(variant, share, value, saliency, parts, seed);
  }

  public GateOptions withSaliency(SaliencyOptions value) {
    return new GateOptions(variant, share, layers, value, parts, seed);
  }

  public GateOptions withParts(int value) {
    return new GateOptions(variant, share, layers, saliency, value, seed);
  }

  public GateOptions withSeed(long value) {
    return new GateOptions(variant, share, layers, saliency, parts, value);
  }

  /**
   * How many of {@code channels} a rule with a fixed share keeps: the share, in whole blocks up.
   */
  int kept(int channels) {
    int saliencies = saliency.saliencies(channels);
    return (int) Math.ceil(share * saliencies - ROUNDING) * (channels / saliencies);
  }

  /** Whether what saliencies are predicted from is to be standardised. */
  boolean isStandardised() {
    return saliency.standardised()
        && variant.design() instanceof GateDesign.Channels channels
        && channels.source() == Saliency.Source.MEAN;
  }

  /** How many of {@code inputs} input channels the base path reads. */
  int baseInputs(int inputs) {
    return Math.ceilDiv(inputs, parts);
  }
}
