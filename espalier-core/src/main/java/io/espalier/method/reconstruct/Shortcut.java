package io.espalier.method.reconstruct;

import io.espalier.graph.ChannelAffine;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A sum that a layer's output ends in, behind nothing but batch normalisation.
 *
 * @param sum the node that adds
 * @param operand the summand that the layer makes
 * @param compensation the other summand
 */
record Shortcut(Node sum, String operand, Compensation compensation) {
  /** Below this share of the largest scale, a normalisation's scale says nothing. */
  private static final double SILENT = 1e-3;

  /** The sum behind {@code layer}, if there is one. */
  static Optional<Shortcut> of(Graph graph, LinearLayer layer) {
    Map<String, List<Node>> consumers = graph.consumers();
    double[] factors = new double[layer.outputs()];
    Arrays.fill(factors, 1);
    String value = layer.output();
    while (true) {
      String current = value;
      List<Node> readers = consumers.getOrDefault(current, List.of());
      boolean shown = graph.outputs().stream().anyMatch(out -> out.name().equals(current));
      if (shown || readers.size() != 1) {
        return Optional.empty();
      }
      Node node = readers.getFirst();
      Optional<ChannelAffine> norm = ChannelAffine.of(graph, node);
      if (norm.isPresent()) {
        divide(factors, norm.get().slope());
        value = node.output();
      } else if (node.op() instanceof Op.Dropout || isIdentity(node)) {
        value = node.output();
      } else {
        return other(graph, node, current)
            .map(other -> new Shortcut(node, current, new Compensation(other, floats(factors))));
      }
    }
  }

  private static boolean isIdentity(Node node) {
    return node.op() instanceof Op.Elementwise e && e.kind() == Pointwise.IDENTITY;
  }

  /** The other summand of {@code node}, if it adds two computed values of one shape. */
  private static Optional<String> other(Graph graph, Node node, String value) {
    boolean adds =
        node.op() instanceof Op.Elementwise e
            && (e.kind() == Pointwise.ADD || e.kind() == Pointwise.SUM)
            && node.inputs().size() == 2;
    return adds
        ? Optional.of(node.input(node.input(0).equals(value) ? 1 : 0))
            .filter(other -> !graph.initializers().containsKey(other))
            .filter(other -> graph.producers().containsKey(other))
            .filter(other -> graph.shape(other).equals(graph.shape(value)))
        : Optional.empty();
  }

  /** Divides {@code factors} by {@code slopes}; 0 where a slope says nothing. */
  private static void divide(double[] factors, double[] slopes) {
    double most = Arrays.stream(slopes).map(Math::abs).max().orElse(0);
    for (int i = 0; i < slopes.length; i++) {
      factors[i] *= Math.abs(slopes[i]) > SILENT * most ? 1 / slopes[i] : 0;
    }
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
