package io.espalier.dynamic;

import io.espalier.graph.ChannelAffine;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the batch normalisations between the means {@code z} and {@code W1} into {@code W1}, with
 * which the trained network has no more operators than one that was trained without them.
 */
final class SaliencyNorms {
  private final Graph graph;
  private final GraphBuilder builder;
  private final Map<String, Node> replaced = new HashMap<>();

  private SaliencyNorms(Graph graph) {
    this.graph = graph;
    this.builder = GraphBuilder.from(graph);
  }

  /** {@code net} without them; {@code net} itself if it has none. */
  static DynamicNet fold(DynamicNet net) {
    SaliencyNorms norms = new SaliencyNorms(net.graph());
    List<Gate> gates = net.gates().stream().map(norms::fold).toList();
    return norms.replaced.isEmpty() ? net : new DynamicNet(norms.build(), net.variant(), gates);
  }

  private Gate fold(Gate gate) {
    return switch (gate) {
      case ChannelGate channels -> fold(channels);
      case PixelGate pixels -> pixels;
    };
  }

  private ChannelGate fold(ChannelGate gate) {
    Saliency saliency = gate.saliency();
    for (Node linear : graph.consumers().getOrDefault(saliency.hiddenWeight(), List.of())) {
      Node norm = graph.producers().get(linear.input(0));
      if (norm != null && norm.op() instanceof Op.BatchNorm) {
        return gate.withSaliency(fold(saliency, linear, norm));
      }
    }
    return gate;
  }

  /** {@code W1 (scale (z - mean) / deviation + shift)} as {@code W z + b}. */
  private Saliency fold(Saliency saliency, Node linear, Node norm) {
    ChannelAffine affine = ChannelAffine.of(graph, norm).orElseThrow();
    int means = affine.slope().length;
    Tensor weight = graph.weight(saliency.hiddenWeight());
    double[] values = weight.toDoubles();
    double[] bias = new double[values.length / means];
    for (int i = 0; i < values.length; i++) {
      bias[i / means] += values[i] * affine.offset()[i % means];
      values[i] *= affine.slope()[i % means];
    }
    builder.initializer(saliency.hiddenWeight(), weight.withValues(values));
    Tensor biases = Tensor.of(weight.type(), new int[] {bias.length}, bias);
    String name = builder.initializer(builder.fresh(linear.name() + ".bias"), biases);
    replaced.put(
        linear.name(), linear.withInputs(List.of(norm.input(0), saliency.hiddenWeight(), name)));
    return saliency.withHiddenBias(name);
  }

  /** Nothing reads the normalisations any more, which leaves them out. */
  private Graph build() {
    List<Node> nodes =
        graph.nodes().stream().map(node -> replaced.getOrDefault(node.name(), node)).toList();
    return builder.replaceNodes(nodes).buildReachable();
  }
}
