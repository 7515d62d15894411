package io.espalier.dynamic;

import java.util.BitSet;
import java.util.List;

/**
 * What one sample used of a dynamic network.
 *
 * @param macs multiply-accumulates between channels in use, saliencies included
 * @param macsWithBias the same with one more for the bias of each output, as SANP counts
 * @param open for each gate, in network order, the channels that it let through
 */
public record SampleUse(long macs, long macsWithBias, List<BitSet> open) {
  public SampleUse {
    open = List.copyOf(open);
  }

  /** How many channels each gated layer used. */
  public List<Integer> channels() {
    return open.stream().map(BitSet::cardinality).toList();
  }
}
