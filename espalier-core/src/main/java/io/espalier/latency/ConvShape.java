package io.espalier.latency;

import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The sizes of a convolution that its speed depends on.
 *
 * @param inputs input channels
 * @param outputs output channels
 * @param groups groups of channels
 * @param macs multiply-accumulates for one sample
 * @param pointwise true for a kernel of one tap
 * @param first true if it reads an input of the network, whose channels ONNX Runtime takes as they
 *     are
 */
record ConvShape(int inputs, int outputs, int groups, long macs, boolean pointwise, boolean first) {

  /** The convolutions of {@code graph} whose sizes are known. */
  static List<ConvShape> of(Graph graph) {
    Set<String> fed = graph.inputs().stream().map(Port::name).collect(Collectors.toSet());
    List<ConvShape> shapes = new ArrayList<>();
    for (NodeCost cost : Cost.of(graph).nodes()) {
      Node node = cost.node();
      if (node.op() instanceof Op.Conv conv && graph.initializer(node.input(1)).isPresent()) {
        Tensor weight = graph.weight(node.input(1));
        shapes.add(
            new ConvShape(
                weight.size(1) * conv.groups(),
                weight.size(0),
                conv.groups(),
                cost.macs(),
                conv.window().taps() == 1,
                fed.contains(node.input(0))));
      }
    }
    return shapes;
  }

  boolean isDepthwise() {
    return groups > 1 && groups == inputs;
  }

  /** True if every channel count that matters is a multiple of the block. */
  boolean isAligned() {
    return isMultipleOf(BlockLaw.BLOCK);
  }

  /** True if a channel count sends it to the plain kernel. */
  boolean isPlain() {
    boolean grouped = groups > 1 && !isDepthwise();
    return !isMultipleOf(grouped ? BlockLaw.BLOCK : BlockLaw.STEP);
  }

  /** In a grouped convolution the counts of one group matter. */
  private boolean isMultipleOf(int divisor) {
    int split = isDepthwise() ? 1 : groups;
    boolean in = first || inputs / split % divisor == 0;
    return in && outputs / split % divisor == 0;
  }
}
