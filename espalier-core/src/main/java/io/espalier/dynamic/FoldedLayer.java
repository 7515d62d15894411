package io.espalier.dynamic;

import io.espalier.graph.ChannelAffine;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * A convolution and the batch normalisation behind it as one convolution.
 *
 * @param conv the convolution's node
 * @param weight {@code [C, I, k...]}
 * @param bias {@code [C]}
 */
record FoldedLayer(Node conv, Tensor weight, double[] bias) {
  /** The gated layer {@code gate} of {@code graph}, its normalisation folded in. */
  static FoldedLayer of(Graph graph, ChannelGate gate) {
    FoldedLayer layer = of(graph, graph.node(gate.layer()).orElseThrow());
    if (gate.bare().equals(layer.conv.output())) {
      return layer;
    }
    Node norm = graph.producers().get(gate.bare());
    return layer.behind(ChannelAffine.of(graph, norm).orElseThrow());
  }

  /** {@code conv} alone. */
  static FoldedLayer of(Graph graph, Node conv) {
    Tensor weight = graph.weight(conv.input(1));
    double[] bias =
        conv.hasInput(2) ? graph.weight(conv.input(2)).toDoubles() : new double[weight.size(0)];
    return new FoldedLayer(conv, weight, bias);
  }

  /** Why {@code gate} cannot be skipped, if it cannot. */
  static Optional<String> obstacle(Graph graph, ChannelGate gate) {
    Node conv = graph.node(gate.layer()).orElseThrow();
    Optional<Tensor> weight = graph.initializer(conv.input(1));
    if (((Op.Conv) conv.op()).groups() > 1) {
      return Optional.of("its convolution has groups");
    }
    if (weight.isEmpty() || weight.get().type() != DataType.FLOAT) {
      return Optional.of("its weights are no constants in float32");
    }
    Node bare = graph.producers().get(gate.bare());
    boolean known =
        bare != null
            && (bare == conv
                || ChannelAffine.of(graph, bare).isPresent()
                    && bare.input(0).equals(conv.output()));
    return known
        ? Optional.empty()
        : Optional.of("more than a normalisation with constant weights is before its gate");
  }

  private FoldedLayer behind(ChannelAffine norm) {
    double[] values = weight.toDoubles();
    double[] shifted = bias.clone();
    int each = values.length / shifted.length;
    for (int i = 0; i < values.length; i++) {
      values[i] *= norm.slope()[i / each];
    }
    for (int c = 0; c < shifted.length; c++) {
      shifted[c] = bias[c] * norm.slope()[c] + norm.offset()[c];
    }
    return new FoldedLayer(conv, weight.withValues(values), shifted);
  }

  int outputs() {
    return weight.size(0);
  }

  int inputs() {
    return weight.size(1);
  }

  /** Kernel taps of a pair of channels. */
  int taps() {
    return weight.elements() / (outputs() * inputs());
  }

  /** The kernel's sizes. */
  Long[] kernel() {
    int[] shape = weight.shape();
    return Arrays.stream(shape, 2, shape.length).mapToObj(Long::valueOf).toArray(Long[]::new);
  }
}
