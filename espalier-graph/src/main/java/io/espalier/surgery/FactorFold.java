package io.espalier.surgery;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Carries a factor on a whole value into the weights that make it, so that no node is added. */
public final class FactorFold {
  private final Graph graph;
  private final boolean negative;
  private final Map<String, Node> producers;
  private final Map<String, List<Node>> consumers;

  private FactorFold(Graph graph, boolean negative) {
    this.graph = graph;
    this.negative = negative;
    this.producers = graph.producers();
    this.consumers = graph.consumers();
  }

  /**
   * {@code graph} with weights that multiply {@code value} by {@code factor}; empty if that cannot
   * be said in weights that nothing else reads. {@code value} must have one reader, which then
   * reads the product. A factor below 0 does not pass a ReLU or a maximum.
   */
  public static Optional<Graph> apply(Graph graph, String value, double factor) {
    if (!Double.isFinite(factor)) {
      throw new IllegalArgumentException("a factor must be finite, but got " + factor);
    }
    FactorFold fold = new FactorFold(graph, factor < 0);
    return fold.weights(value)
        .filter(names -> names.stream().allMatch(fold::isReadOnce))
        .map(names -> graph.withWeights(scaled(graph, names, factor)));
  }

  private static Map<String, Tensor> scaled(Graph graph, List<String> names, double factor) {
    Map<String, Tensor> scaled = new HashMap<>();
    for (String name : names) {
      Tensor weight = graph.weight(name);
      double[] values = Arrays.stream(weight.toDoubles()).map(x -> x * factor).toArray();
      scaled.put(name, weight.withValues(values));
    }
    return scaled;
  }

  private boolean isReadOnce(String value) {
    boolean output = graph.outputs().stream().anyMatch(port -> port.name().equals(value));
    return !output && consumers.getOrDefault(value, List.of()).size() == 1;
  }

  /** The weights that {@code value} is linear in, all of them together. */
  private Optional<List<String>> weights(String value) {
    Node node = producers.get(value);
    if (node == null || !isReadOnce(value)) {
      return Optional.empty();
    }
    return switch (node.op()) {
      case Op.Conv op -> operands(node);
      case Op.ConvTranspose op -> operands(node);
      case Op.Gemm op -> operands(node);
      case Op.MatMul op -> operands(node);
      case Op.BatchNorm op -> operands(node);
      case Op.InstanceNorm op -> operands(node);
      case Op.Dropout op -> weights(node.input(0));
      case Op.AveragePool op -> weights(node.input(0));
      case Op.MaxPool op when !negative -> weights(node.input(0));
      case Op.Elementwise e when passes(e.kind()) -> weights(node.input(0));
      case Op op -> Optional.empty();
    };
  }

  /** Weight and bias, or scale and shift. */
  private Optional<List<String>> operands(Node node) {
    List<String> names = Stream.of(node.input(1), node.input(2)).filter(s -> !s.isEmpty()).toList();
    return Optional.of(names).filter(graph.initializers().keySet()::containsAll);
  }

  /** Whether {@code f(a x) = a f(x)}. */
  private boolean passes(Pointwise kind) {
    return switch (kind) {
      case IDENTITY -> true;
      case RELU, LEAKY_RELU -> !negative;
      default -> false;
    };
  }
}
