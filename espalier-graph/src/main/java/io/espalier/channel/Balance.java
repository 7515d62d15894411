package io.espalier.channel;

import java.util.List;

/**
 * Blocks of units of which equally many must stay: the input or output channels of the groups of a
 * grouped convolution.
 *
 * @param node the operator that asks for it
 * @param blocks unit numbers of each block, within one {@link ChannelGroup}
 */
public record Balance(String node, List<List<Integer>> blocks) {
  public Balance {
    blocks = blocks.stream().map(List::copyOf).toList();
  }
}
