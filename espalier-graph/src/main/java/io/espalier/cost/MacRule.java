package io.espalier.cost;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The one rule by which multiply-accumulates are counted. */
final class MacRule {
  /** MACs of a node, and its number of output elements if it is a counted layer. */
  record Count(long macs, long outputs) {
    static final Count NONE = new Count(0, 0);
  }

  private final Graph graph;
  private final Set<String> constants;

  MacRule(Graph graph) {
    this.graph = graph;
    this.constants = constants(graph);
  }

  /** The count of {@code node}; empty if it is a counted layer whose shape is not known. */
  Optional<Count> count(Node node) {
    return switch (node.op()) {
      case Op.Conv conv -> perOutput(node, shape(node.input(1)).map(MacRule::tapsPerOutput));
      case Op.ConvTranspose conv -> transposed(node);
      case Op.Gemm gemm -> perOutput(node, inner(node, gemm.transA() ? -2 : -1));
      case Op.MatMul product when readsWeight(node) -> perOutput(node, inner(node, -1));
      case Op other -> Optional.of(Count.NONE);
    };
  }

  private Optional<Count> perOutput(Node node, Optional<Long> taps) {
    Optional<Long> outputs = shape(node.output()).map(Shape::elements);
    if (taps.isEmpty() || outputs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Count(Math.multiplyExact(outputs.get(), taps.get()), outputs.get()));
  }

  /** Each input element meets every tap of its group's kernels once. */
  private Optional<Count> transposed(Node node) {
    Optional<Long> inputs = shape(node.input(0)).map(Shape::elements);
    Optional<Long> taps = shape(node.input(1)).map(MacRule::tapsPerOutput);
    Optional<Long> outputs = shape(node.output()).map(Shape::elements);
    if (inputs.isEmpty() || taps.isEmpty() || outputs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Count(Math.multiplyExact(inputs.get(), taps.get()), outputs.get()));
  }

  private Optional<Long> inner(Node node, int axis) {
    return shape(node.input(0)).map(shape -> shape.size(axis));
  }

  private boolean readsWeight(Node node) {
    return constants.contains(node.input(0)) != constants.contains(node.input(1));
  }

  private Optional<Shape> shape(String value) {
    return graph.shape(value).filter(Shape::isFixed);
  }

  private static long tapsPerOutput(Shape weight) {
    return weight.size(0) == 0 ? 0 : weight.elements() / weight.size(0);
  }

  /** Initializers and what is computed from them alone (a weight that is stored quantized). */
  private static Set<String> constants(Graph graph) {
    Set<String> constants = new HashSet<>(graph.initializers().keySet());
    for (Node node : graph.nodes()) {
      if (!node.inputs().isEmpty() && constants.containsAll(Graph.reads(node))) {
        constants.addAll(node.outputs());
      }
    }
    return constants;
  }
}
