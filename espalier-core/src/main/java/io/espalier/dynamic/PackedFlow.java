package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What may happen to a value that holds the channels of one gate alone. */
final class PackedFlow {
  private final Graph graph;
  private final Map<String, Support> supports;
  private final Set<String> outputs;

  PackedFlow(DynamicNet net) {
    this.graph = net.graph();
    this.supports = SupportFlow.of(net);
    this.outputs = graph.outputs().stream().map(Port::name).collect(Collectors.toSet());
  }

  /** True if {@code node} works on each channel alone and leaves idle ones at 0. */
  boolean carries(Node node) {
    Support in = supports.get(node.input(0));
    return node.inputs().size() == 1
        && node.outputs().size() == 1
        && !outputs.contains(node.output())
        && in instanceof Support.Gated
        && in.equals(supports.get(node.output()))
        && keepsChannels(node.op());
  }

  private static boolean keepsChannels(Op op) {
    return switch (op) {
      case Op.Elementwise o -> true;
      case Op.Cast o -> true;
      case Op.Dropout o -> true;
      case Op.MaxPool o -> true;
      case Op.AveragePool o -> true;
      case Op.GlobalPool o -> true;
      case Op.Reduce o -> true;
      case Op.Squeeze o -> true;
      case Op.Unsqueeze o -> true;
      case Op.Flatten o -> true;
      case Op other -> false;
    };
  }

  /** True if {@code node} is a convolution whose inputs can be left out one by one. */
  boolean isConvReader(Node node) {
    return node.op() instanceof Op.Conv op && op.groups() == 1 && readsWeight(node);
  }

  /** True if {@code node} is a linear layer whose inputs can be left out one by one. */
  boolean isMatrixReader(Node node) {
    Optional<Shape> shape = graph.shape(node.input(0));
    return node.op() instanceof Op.Gemm op
        && !op.transA()
        && shape.filter(s -> s.rank() == 2).isPresent()
        && readsWeight(node);
  }

  private boolean readsWeight(Node node) {
    Optional<Tensor> weight = graph.initializer(node.input(1));
    return weight.filter(tensor -> tensor.type() == DataType.FLOAT).isPresent();
  }
}
