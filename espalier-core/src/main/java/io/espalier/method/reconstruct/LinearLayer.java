package io.espalier.method.reconstruct;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.Optional;

/**
 * A node that multiplies patches of its input by a weight: {@code y = W x + b} at each output
 * position. The matrix form of its weight is {@code [outputs, inputs * taps]}; a grouped
 * convolution's has zeros where an output does not see an input.
 *
 * @param node the node's name
 * @param input the value that it reads
 * @param output the value that it makes
 * @param weight name of its weight
 * @param bias name of its bias, if it has one
 * @param inputs number of input channels
 * @param outputs number of output channels
 * @param groups number of blocks of inputs and outputs that belong together; 1 but for grouped
 *     convolutions
 * @param byRows whether the weight holds a row an output, and not a column
 * @param patches how its inputs lie in the value that it reads
 */
record LinearLayer(
    String node,
    String input,
    String output,
    String weight,
    Optional<String> bias,
    int inputs,
    int outputs,
    int groups,
    boolean byRows,
    Patches patches) {

  /** {@code node} of {@code graph} as a linear layer, if it is one whose weight can be refitted. */
  static Optional<LinearLayer> of(Graph graph, Node node) {
    Optional<Tensor> weight = graph.initializer(node.input(1)).filter(t -> t.type().isReal());
    if (weight.isEmpty() || graph.initializers().containsKey(node.input(0))) {
      return Optional.empty();
    }
    Tensor w = weight.get();
    return switch (node.op()) {
      case Op.Conv op -> {
        int inputs = w.size(1) * op.groups();
        Patches windows = new Patches.Windows(op.window());
        yield layer(graph, node, inputs, w.size(0), op.groups(), true, windows);
      }
      case Op.Gemm op when op.alpha() == 1 && op.beta() == 1 && !op.transA() ->
          op.transB()
              ? layer(graph, node, w.size(1), w.size(0), 1, true, new Patches.Vectors())
              : layer(graph, node, w.size(0), w.size(1), 1, false, new Patches.Vectors());
      case Op.MatMul op when w.rank() == 2 ->
          layer(graph, node, w.size(0), w.size(1), 1, false, new Patches.Vectors());
      default -> Optional.empty();
    };
  }

  private static Optional<LinearLayer> layer(
      Graph graph,
      Node node,
      int inputs,
      int outputs,
      int groups,
      boolean byRows,
      Patches patches) {
    String third = node.input(2);
    Optional<String> bias =
        graph.initializer(third).filter(b -> b.elements() == outputs).map(b -> third);
    if (!third.isEmpty() && bias.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new LinearLayer(
            node.name(),
            node.input(0),
            node.output(),
            node.input(1),
            bias,
            inputs,
            outputs,
            groups,
            byRows,
            patches));
  }

  /** Length of a patch: {@code inputs * taps}. */
  int columns() {
    return Math.multiplyExact(inputs, patches.taps());
  }

  /** Where element {@code column} of row {@code output} stands in {@code weight}; -1 for a zero. */
  private int element(int output, int column) {
    if (!byRows) {
      return column * outputs + output;
    }
    int width = columns() / groups;
    int block = output / (outputs / groups);
    return column / width == block ? output * width + column % width : -1;
  }

  /** The matrix form of {@code tensor}, the layer's weight, row-major. */
  double[] matrix(Tensor tensor) {
    double[] values = tensor.toDoubles();
    int columns = columns();
    double[] matrix = new double[Math.multiplyExact(outputs, columns)];
    for (int i = 0; i < matrix.length; i++) {
      int element = element(i / columns, i % columns);
      matrix[i] = element < 0 ? 0 : values[element];
    }
    return matrix;
  }

  /** {@code tensor}, the layer's weight, with the values of {@code matrix}. */
  Tensor withMatrix(Tensor tensor, double[] matrix) {
    double[] values = new double[tensor.elements()];
    int columns = columns();
    for (int i = 0; i < matrix.length; i++) {
      int element = element(i / columns, i % columns);
      if (element >= 0) {
        values[element] = matrix[i];
      }
    }
    return tensor.withValues(values);
  }
}
