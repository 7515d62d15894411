package io.espalier.dynamic;

import java.util.List;

/**
 * Which convolutions get a gate.
 *
 * @param placement where a gate can stand
 * @param first whether convolutions that read the network's input are gated too
 * @param ungated glob patterns of layers that are not gated
 */
public record GatedLayers(Placement placement, boolean first, List<String> ungated) {
  /** Where a gate can stand. */
  public enum Placement {
    /** Behind a batch normalisation that is a convolution's only reader. */
    NORMALISED,
    /** Also right behind the other convolutions, unless they make the network's output. */
    EVERY
  }

  public GatedLayers {
    ungated = List.copyOf(ungated);
  }

  /** Every normalised convolution but the first: its input has few channels, all in use. */
  public static GatedLayers defaults() {
    return new GatedLayers(Placement.NORMALISED, false, List.of());
  }

  public GatedLayers withPlacement(Placement value) {
    return new GatedLayers(value, first, ungated);
  }

  public GatedLayers withFirst(boolean value) {
    return new GatedLayers(placement, value, ungated);
  }

  public GatedLayers withUngated(List<String> patterns) {
    return new GatedLayers(placement, first, patterns);
  }
}
