package io.espalier.dynamic;

import java.util.BitSet;
import java.util.List;

/**
 * What one sample used of a dynamic network.
 *
 * @param macs multiply-accumulates between channels in use, saliencies included
 * @param macsWithBias the same with one more for the bias of each output, as SANP counts
 * @param shares for each gate, in network order, the share of each channel that it let through: 0
 *     or 1, or of a gate about pixels the share of the pixels
 */
public record SampleUse(long macs, long macsWithBias, List<List<Double>> shares) {
  public SampleUse {
    shares = shares.stream().map(List::copyOf).toList();
  }

  /** For each gate the channels of which it let anything through. */
  public List<BitSet> open() {
    return shares.stream().map(SampleUse::open).toList();
  }

  private static BitSet open(List<Double> layer) {
    BitSet open = new BitSet();
    for (int c = 0; c < layer.size(); c++) {
      open.set(c, layer.get(c) > 0);
    }
    return open;
  }

  /** How many channels each gated layer used; of shares their sum, rounded. */
  public List<Integer> channels() {
    return shares.stream()
        .map(layer -> (int) Math.round(layer.stream().mapToDouble(Double::doubleValue).sum()))
        .toList();
  }
}
