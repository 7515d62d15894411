package io.espalier.cost;

import io.espalier.graph.Node;

/**
 * The cost of one node for one sample (batch 1).
 *
 * @param node the node
 * @param macs multiply-accumulates if it is a convolution or linear layer, else 0; no bias
 * @param macsWithBias as {@code macs}, with one more for each output element of such a layer,
 *     whether or not it has a bias
 * @param params trainable numbers that the node is the first to read; running statistics of a batch
 *     normalisation are none
 * @param activationBytes bytes of the node's outputs; 0 where their shape is not known
 */
public record NodeCost(Node node, long macs, long macsWithBias, long params, long activationBytes) {
  /** True for the layers that the MAC rule counts. */
  public boolean counts() {
    return macs > 0;
  }
}
