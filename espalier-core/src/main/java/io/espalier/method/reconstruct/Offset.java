package io.espalier.method.reconstruct;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Where a constant that is added to every output of a layer can go without another node: to the
 * layer's bias, or off the running mean of a batch normalisation that alone reads the layer.
 *
 * @param initializer the weight that takes it up
 * @param before what it held in the network that was given, whose outputs are the targets: a layer
 *     that is fitted again gets another constant, not one more
 * @param sign 1 where it is added, -1 where it is taken off
 */
record Offset(String initializer, Tensor before, int sign) {
  private static final int MEAN = 3;

  /** The place for {@code layer}'s constants, if there is one that nothing else reads. */
  static Optional<Offset> of(Graph graph, LinearLayer layer) {
    if (layer.bias().isPresent()) {
      return layer.bias().flatMap(name -> at(graph, name, 1));
    }
    List<Node> readers = graph.consumers().getOrDefault(layer.output(), List.of());
    boolean made = graph.outputs().stream().noneMatch(out -> out.name().equals(layer.output()));
    return made && readers.size() == 1 && readers.getFirst().op() instanceof Op.BatchNorm
        ? at(graph, readers.getFirst().input(MEAN), -1)
        : Optional.empty();
  }

  private static Optional<Offset> at(Graph graph, String name, int sign) {
    return Optional.ofNullable(graph.initializers().get(name))
        .filter(tensor -> isAlone(graph, name))
        .map(tensor -> new Offset(name, tensor, sign));
  }

  /** Whether a single input of a single node is all that reads {@code initializer}. */
  static boolean isAlone(Graph graph, String initializer) {
    return graph.consumers().getOrDefault(initializer, List.of()).size() == 1
        && graph.outputs().stream().noneMatch(out -> out.name().equals(initializer));
  }

  /** The weight with {@code constants} taken up. */
  Tensor applied(double[] constants) {
    double[] values = before.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] += sign * constants[i];
    }
    return before.withValues(values);
  }
}
