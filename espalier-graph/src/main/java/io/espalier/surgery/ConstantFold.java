package io.espalier.surgery;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Carries the constants that removed channels still emit into what their consumers add. Exact for a
 * linear layer and for a convolution without padding; at the border of a padded convolution it is
 * not, so that is refused.
 */
final class ConstantFold {
  private ConstantFold() {}

  static Graph apply(Graph graph, List<PlanEntry.Read> reads) {
    List<PlanEntry.Read> emitting =
        reads.stream()
            .filter(read -> read.constants().stream().anyMatch(value -> value != 0))
            .filter(read -> graph.node(read.node()).isPresent())
            .toList();
    Graph result = graph;
    for (PlanEntry.Read read : emitting) {
      result = fold(result, read);
    }
    return result;
  }

  private static Graph fold(Graph graph, PlanEntry.Read read) {
    Node node = graph.node(read.node()).orElseThrow();
    Tensor weight = graph.weight(node.input(1));
    int rank = graph.shape(node.output()).orElseThrow().rank();
    boolean byRow =
        switch (node.op()) {
          case Op.Conv conv when unpadded(conv) -> true;
          case Op.Gemm gemm -> gemm.transB();
          case Op.MatMul matMul -> false;
          default ->
              throw new PlanException(
                  "node '%s' pads its input: the constants of removed channels cannot be folded into it"
                      .formatted(node.name()));
        };
    int channelAxis = node.op() instanceof Op.MatMul ? rank - 1 : 1;
    double scale = node.op() instanceof Op.Gemm gemm ? gemm.alpha() : 1;
    double[] shift = shift(weight, byRow, read, scale);
    return withShift(graph, node, shift, rank, channelAxis);
  }

  private static boolean unpadded(Op.Conv conv) {
    return conv.groups() == 1
        && conv.window().hasFixedPads()
        && conv.window().padsFor(List.of()).stream().allMatch(pad -> pad == 0);
  }

  /** What the removed channels add to each output: constant times the sum of the taps. */
  private static double[] shift(Tensor weight, boolean byRow, PlanEntry.Read read, double scale) {
    int outputs = weight.size(byRow ? 0 : 1);
    int inputs = weight.size(byRow ? 1 : 0);
    int taps = weight.elements() / (outputs * inputs);
    double[] values = weight.toDoubles();
    double[] shift = new double[outputs];
    for (int i = 0; i < read.indices().size(); i++) {
      int channel = read.indices().get(i);
      if (channel < 0 || channel >= inputs) {
        throw new PlanException(
            "node '%s' reads %d channels, but the plan names channel %d"
                .formatted(read.node(), inputs, channel));
      }
      for (int output = 0; output < outputs; output++) {
        int first = (byRow ? output * inputs + channel : channel * outputs + output) * taps;
        double sum = 0;
        for (int tap = 0; tap < taps; tap++) {
          sum += values[first + tap];
        }
        shift[output] += scale * read.constants().get(i) * sum;
      }
    }
    return shift;
  }

  private static Graph withShift(
      Graph graph, Node node, double[] shift, int rank, int channelAxis) {
    GraphBuilder builder = GraphBuilder.from(graph);
    int[] shape = new int[rank];
    Arrays.fill(shape, 1);
    shape[channelAxis] = shift.length;
    ValueType type = graph.type(node.output()).orElseThrow();
    String constant =
        builder.initializer(
            builder.fresh(node.name() + "/emitted"), Tensor.of(type.type(), shape, shift));
    String raw = builder.fresh(node.output() + "/raw");
    List<Node> nodes = new ArrayList<>();
    for (Node each : graph.nodes()) {
      nodes.add(each.name().equals(node.name()) ? each.withOutputs(List.of(raw)) : each);
    }
    nodes.add(
        new Node(
            builder.fresh(node.name() + "/shifted"),
            new Op.Elementwise(Pointwise.ADD),
            List.of(raw, constant),
            node.outputs()));
    return builder.replaceNodes(nodes).build();
  }
}
