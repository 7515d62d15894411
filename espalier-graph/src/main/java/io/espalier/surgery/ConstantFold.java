package io.espalier.surgery;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries the constants that removed channels still emit into what their consumers add. Exact for a
 * linear layer and for a convolution without padding; at the border of a padded convolution it is
 * not, so that is refused.
 */
final class ConstantFold {
  /** What is added to the output of a node, along one axis. */
  private record Shift(double[] values, int rank, int axis) {
    Shift plus(double[] more) {
      double[] sum = values.clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += more[i];
      }
      return new Shift(sum, rank, axis);
    }

    Tensor tensor(DataType type) {
      int[] shape = new int[rank];
      Arrays.fill(shape, 1);
      shape[axis] = values.length;
      return Tensor.of(type, shape, values);
    }
  }

  private ConstantFold() {}

  static Graph apply(Graph graph, List<PlanEntry.Read> reads) {
    Map<String, Node> nodes = new HashMap<>();
    graph.nodes().forEach(node -> nodes.put(node.name(), node));
    Map<String, Shift> shifts = new HashMap<>();
    for (PlanEntry.Read read : reads) {
      Node node = nodes.get(read.node());
      if (node != null && read.constants().stream().anyMatch(value -> value != 0)) {
        Shift shift = shift(graph, node, read);
        shifts.merge(node.name(), shift, (a, b) -> a.plus(b.values()));
      }
    }
    return shifts.isEmpty() ? graph : shifted(graph, shifts);
  }

  private static Shift shift(Graph graph, Node node, PlanEntry.Read read) {
    Tensor weight = graph.weight(node.input(1));
    int rank = graph.shape(node.output()).orElseThrow().rank();
    if (!isExact(node)) {
      throw new PlanException(
          "node '%s' pads its input: the constants of removed channels cannot be folded into it"
              .formatted(node.name()));
    }
    boolean byRow =
        switch (node.op()) {
          case Op.Gemm gemm -> gemm.transB();
          case Op.MatMul matMul -> false;
          default -> true;
        };
    int channelAxis = node.op() instanceof Op.MatMul ? rank - 1 : 1;
    double scale = node.op() instanceof Op.Gemm gemm ? gemm.alpha() : 1;
    return new Shift(sums(weight, byRow, read, scale), rank, channelAxis);
  }

  /** Whether a constant that {@code node} reads is the same number in all of an output channel. */
  static boolean isExact(Node node) {
    return switch (node.op()) {
      case Op.Conv conv -> unpadded(conv);
      case Op.Gemm gemm -> true;
      case Op.MatMul matMul -> true;
      default -> false;
    };
  }

  private static boolean unpadded(Op.Conv conv) {
    return conv.groups() == 1
        && conv.window().hasFixedPads()
        && conv.window().padsFor(List.of()).stream().allMatch(pad -> pad == 0);
  }

  /** What the removed channels add to each output: constant times the sum of the taps. */
  private static double[] sums(Tensor weight, boolean byRow, PlanEntry.Read read, double scale) {
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

  /** Adds the shifts, all in one pass: to biases, or by an addition behind the node. */
  private static Graph shifted(Graph graph, Map<String, Shift> shifts) {
    GraphBuilder builder = GraphBuilder.from(graph);
    Map<String, List<Node>> consumers = graph.consumers();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Shift shift = shifts.get(node.name());
      if (shift == null) {
        nodes.add(node);
      } else if (ownBias(graph, node, shift, consumers)) {
        builder.initializer(node.input(2), plus(graph.weight(node.input(2)), node, shift));
        nodes.add(node);
      } else {
        nodes.addAll(withSum(builder, node, shift, graph.type(node.output()).orElseThrow().type()));
      }
    }
    return builder.replaceNodes(nodes).build();
  }

  /** True where {@code node} has a bias for each output that nobody else reads. */
  private static boolean ownBias(
      Graph graph, Node node, Shift shift, Map<String, List<Node>> consumers) {
    return node.inputs().size() > 2
        && graph
            .initializer(node.input(2))
            .filter(bias -> bias.elements() == shift.values().length)
            .isPresent()
        && consumers.get(node.input(2)).size() == 1
        && biasFactor(node) != 0;
  }

  private static double biasFactor(Node node) {
    return node.op() instanceof Op.Gemm gemm ? gemm.beta() : 1;
  }

  private static Tensor plus(Tensor bias, Node node, Shift shift) {
    double[] values = bias.toDoubles();
    Arrays.setAll(values, i -> values[i] + shift.values()[i] / biasFactor(node));
    return bias.withValues(values);
  }

  /** A convolution without a bias gets one; what else is left gets an addition behind it. */
  private static List<Node> withSum(GraphBuilder builder, Node node, Shift shift, DataType type) {
    String constant = builder.fresh(node.name() + "/emitted");
    if (node.op() instanceof Op.Conv && node.inputs().size() == 2) {
      builder.initializer(
          constant, Tensor.of(type, new int[] {shift.values().length}, shift.values()));
      return List.of(node.withInputs(List.of(node.input(0), node.input(1), constant)));
    }
    builder.initializer(constant, shift.tensor(type));
    String raw = builder.fresh(node.output() + "/raw");
    String added = builder.fresh(node.name() + "/shifted");
    Op add = new Op.Elementwise(Pointwise.ADD);
    return List.of(
        node.withOutputs(List.of(raw)),
        new Node(added, add, List.of(raw, constant), node.outputs()));
  }
}
