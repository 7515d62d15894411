package io.espalier.dynamic;

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
    return layer.normalised(graph, norm, ((Op.BatchNorm) norm.op()).epsilon());
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
        bare == conv || bare.op() instanceof Op.BatchNorm && bare.input(0).equals(conv.output());
    return known ? Optional.empty() : Optional.of("more than a normalisation is before its gate");
  }

  private FoldedLayer normalised(Graph graph, Node norm, double epsilon) {
    double[] scale = graph.weight(norm.input(1)).toDoubles();
    double[] shift = graph.weight(norm.input(2)).toDoubles();
    double[] mean = graph.weight(norm.input(3)).toDoubles();
    double[] variance = graph.weight(norm.input(4)).toDoubles();
    double[] values = weight.toDoubles();
    double[] shifted = bias.clone();
    int each = values.length / scale.length;
    for (int c = 0; c < scale.length; c++) {
      double factor = scale[c] / Math.sqrt(variance[c] + epsilon);
      for (int i = c * each; i < (c + 1) * each; i++) {
        values[i] *= factor;
      }
      shifted[c] = (bias[c] - mean[c]) * factor + shift[c];
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
