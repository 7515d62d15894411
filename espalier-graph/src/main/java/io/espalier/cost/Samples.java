package io.espalier.cost;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.OneSample;
import io.espalier.graph.Port;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How many samples a network's counts are for. */
final class Samples {
  private Samples() {}

  /** The fixed number of samples that all inputs and outputs agree on, else 1. */
  static long fixedBatch(Graph graph) {
    Set<Long> sizes =
        Stream.concat(graph.inputs().stream(), graph.outputs().stream())
            .map(port -> graph.shape(port.name()).orElse(port.type().shape()))
            .map(shape -> shape.rank() == 0 ? -1L : shape.size(0))
            .collect(Collectors.toSet());
    long size = sizes.size() == 1 ? sizes.iterator().next() : 1;
    return Math.max(1, size);
  }

  /** Fails if the shape of {@code node} is unknown because the caller has not fixed an axis. */
  static void requireFixedAxes(Graph graph, Node node) {
    for (Port input : graph.inputs()) {
      if (!OneSample.type(input.type()).shape().isFixed()) {
        throw new IllegalArgumentException(
            "input '%s' has the shape %s, so the cost of node '%s' is not known: fix it with --input, such as %s"
                .formatted(
                    input.name(),
                    input.type().shape(),
                    node.name(),
                    input.exampleOption(graph.inputs().size() == 1)));
      }
    }
  }
}
