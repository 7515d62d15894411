package io.espalier.dynamic;

import java.util.OptionalDouble;

/**
 * What saliencies are made of.
 *
 * @param reduction the hidden width is the layer's width over this, rounded up
 * @param leastHidden but no less than this
 * @param activation what the last linear layer's result goes through; FBS always takes ReLU
 * @param bias what the last linear layer's biases start with; empty for a layer without biases
 * @param spread the last linear layer's weights start normal with variance {@code spread^2 /
 *     inputs}; with 0 and a bias of 1 every saliency starts at exactly 1, and the gated network as
 *     the original
 * @param standardised whether a batch normalisation stands before the first of two linear layers in
 *     training, which the trained network has in its weights
 * @param block how many neighbouring channels share a saliency, and so are used or not together, in
 *     layers whose channels can be divided by it
 */
public record SaliencyOptions(
    int reduction,
    int leastHidden,
    Saliency.Activation activation,
    OptionalDouble bias,
    double spread,
    boolean standardised,
    int block) {
  public SaliencyOptions {
    require(reduction >= 1, "reduction must be 1 or more", reduction);
    require(leastHidden >= 1, "least hidden width must be 1 or more", leastHidden);
    require(Double.isFinite(bias.orElse(0)), "bias must be a number", bias.orElse(0));
    require(spread >= 0 && spread < 1e6, "spread must be 0 or more", spread);
    require(block >= 1, "block must be 1 or more", block);
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", but got " + got);
    }
  }

  /** Saliencies that start around 1, different enough not to close all at once. */
  public static SaliencyOptions defaults() {
    return new SaliencyOptions(
        16, 8, Saliency.Activation.LINEAR, OptionalDouble.of(1), 0.5, false, 1);
  }

  /** What suits the gates of {@code variant}. */
  static SaliencyOptions of(Variant variant) {
    // Standardised inputs make saliencies differ between images by the whole spread.
    return variant == Variant.SANP
        ? defaults().withStandardised(true).withSpread(0.05)
        : defaults();
  }

  /** SANP's text: no biases, a sixteenth of the width, random weights. */
  public static SaliencyOptions paper() {
    return new SaliencyOptions(
        16, 1, Saliency.Activation.LINEAR, OptionalDouble.empty(), 1, false, 1);
  }

  public SaliencyOptions withHidden(int newReduction, int newLeast) {
    return new SaliencyOptions(
        newReduction, newLeast, activation, bias, spread, standardised, block);
  }

  public SaliencyOptions withActivation(Saliency.Activation value) {
    return new SaliencyOptions(reduction, leastHidden, value, bias, spread, standardised, block);
  }

  public SaliencyOptions withBias(OptionalDouble value) {
    return new SaliencyOptions(
        reduction, leastHidden, activation, value, spread, standardised, block);
  }

  public SaliencyOptions withSpread(double value) {
    return new SaliencyOptions(
        reduction, leastHidden, activation, bias, value, standardised, block);
  }

  public SaliencyOptions withStandardised(boolean value) {
    return new SaliencyOptions(reduction, leastHidden, activation, bias, spread, value, block);
  }

  public SaliencyOptions withBlock(int value) {
    return new SaliencyOptions(
        reduction, leastHidden, activation, bias, spread, standardised, value);
  }

  /** How many saliencies a layer of {@code channels} outputs has. */
  int saliencies(int channels) {
    return channels % block == 0 ? channels / block : channels;
  }

  /** The hidden width for a layer of {@code channels} outputs. */
  int hidden(int channels) {
    return Math.max(leastHidden, (channels + reduction - 1) / reduction);
  }
}
