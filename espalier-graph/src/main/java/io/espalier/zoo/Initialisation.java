package io.espalier.zoo;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Draws the weights of any network anew, by the rules by which the zoo makes them: a network of the
 * zoo becomes the same network of another seed.
 *
 * <p>A convolution with a bias, or in a network without batch normalisation, is He normal by
 * fan-in, with variance {@code 2 / (taps * inputs / groups)}; one without a bias, for a batch
 * normalisation beside it, by fan-out, {@code 2 / (taps * outputs / groups)}. A linear layer is
 * normal with variance {@code 1 / inputs}. Biases become 0, normalisations the identity. What is
 * neither a layer's nor a normalisation's stays as it is: slopes, layer scales, quantised weights.
 */
public final class Initialisation {
  private final Graph graph;
  private final RandomWeights random;
  private final boolean normalised;
  private final Map<String, Tensor> drawn = new LinkedHashMap<>();

  private Initialisation(Graph graph, long seed) {
    this.graph = graph;
    this.random = new RandomWeights(seed);
    this.normalised = graph.nodes().stream().anyMatch(node -> node.op() instanceof Op.BatchNorm);
  }

  /** {@code graph} with new weights; the same seed gives the same bits. */
  public static Graph redraw(Graph graph, long seed) {
    Initialisation initialisation = new Initialisation(graph, seed);
    graph.nodes().forEach(initialisation::redraw);
    return graph.withWeights(initialisation.drawn);
  }

  private void redraw(Node node) {
    switch (node.op()) {
      case Op.Conv conv -> {
        boolean byOutputs = normalised && !holds(node, 2);
        draw(node, 1, w -> 2 / (taps(w) * (byOutputs ? w.size(0) / conv.groups() : w.size(1))));
        fill(node, 2, 0);
      }
      case Op.ConvTranspose conv -> {
        double strides = conv.window().strides().stream().reduce(1, Math::multiplyExact);
        draw(node, 1, w -> 2 * strides / (taps(w) * w.size(0) / conv.groups()));
        fill(node, 2, 0);
      }
      case Op.Gemm gemm -> {
        draw(node, 1, w -> 1.0 / w.size(gemm.transB() ? 1 : 0));
        fill(node, 2, 0);
      }
      case Op.MatMul product -> {
        draw(node, 0, w -> 1.0 / w.size(w.rank() - 1));
        draw(node, 1, w -> 1.0 / w.size(Math.max(0, w.rank() - 2)));
      }
      case Op.BatchNorm norm -> identity(node);
      case Op.InstanceNorm norm -> identity(node);
      case Op.LayerNorm norm -> identity(node);
      default -> {}
    }
  }

  /** Positions of a kernel: the product of all axes but the first two. */
  private static double taps(Tensor weight) {
    return (double) weight.elements() / weight.size(0) / weight.size(1);
  }

  /** The variance of a weight's elements. */
  private interface Variance {
    double of(Tensor weight);
  }

  private boolean holds(Node node, int input) {
    return input < node.inputs().size()
        && graph.initializers().containsKey(node.input(input))
        && graph.weight(node.input(input)).type().isReal();
  }

  /** A weight that several nodes share is drawn once, by its name. */
  private void draw(Node node, int input, Variance variance) {
    if (holds(node, input)) {
      String name = node.input(input);
      Tensor before = graph.weight(name);
      Tensor values = random.normal(name, Math.sqrt(variance.of(before)), before.shape());
      drawn.putIfAbsent(name, before.withValues(values.toFloats()));
    }
  }

  private void identity(Node node) {
    fill(node, 1, 1);
    fill(node, 2, 0);
    fill(node, 3, 0);
    fill(node, 4, 1);
  }

  private void fill(Node node, int input, float value) {
    if (holds(node, input)) {
      float[] values = new float[graph.weight(node.input(input)).elements()];
      Arrays.fill(values, value);
      drawn.put(node.input(input), graph.weight(node.input(input)).withValues(values));
    }
  }
}
