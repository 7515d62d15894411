package io.espalier.dynamic;

/**
 * What one layer of a {@link DynamicNet} costs for a sample that uses some of its channels: {@code
 * pairMacs} for every pair of an input and an output channel that are both in use and in the same
 * group; with the rule that adds one for the bias, {@code outputMacs} more for each output channel
 * in use.
 *
 * @param layer the node
 * @param part what the layer is for
 * @param inputs which input channels are in use
 * @param outputs which output channels are in use; of a channel that a gate about pixels lets
 *     through in part, that share counts
 * @param groups convolution groups
 * @param pairMacs multiply-accumulates of a pair: kernel taps times output positions
 * @param outputMacs output positions
 */
public record LayerCost(
    String layer,
    Part part,
    Support inputs,
    Support outputs,
    int groups,
    long pairMacs,
    long outputMacs) {
  /** What a layer is for. */
  public enum Part {
    /** A layer of the original network. */
    BACKBONE,
    /** A linear layer that predicts saliencies; it always costs the same. */
    SALIENCY,
    /**
     * A linear layer whose result is the same for all samples: worked out once, it costs nothing.
     */
    CONSTANT
  }

  /** Multiply-accumulates with all channels in use. */
  public long denseMacs() {
    return part == Part.CONSTANT ? 0 : pairMacs * inputs.channels() * outputs.channels() / groups;
  }

  /** As {@link #denseMacs()} by the rule that adds one for the bias of each output. */
  public long denseMacsWithBias() {
    return part == Part.CONSTANT ? 0 : denseMacs() + outputMacs * outputs.channels();
  }
}
