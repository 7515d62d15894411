package io.espalier.cost;

import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.ValueType;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A network with the batch set to one sample, so that every count is a number. */
final class OneSample {
  private OneSample() {}

  /** {@code graph} with 1 for each leading input axis that is not fixed. */
  static Graph of(Graph graph) {
    if (graph.inputs().stream().allMatch(port -> port.type().shape().isFixed())) {
      return graph;
    }
    GraphBuilder builder = new GraphBuilder(graph.name()).header(graph.header());
    graph.inputs().forEach(port -> builder.input(new Port(port.name(), single(port.type()))));
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    for (Node node : graph.nodes()) {
      builder.add(node);
      if (node.op() instanceof Op.Opaque) {
        hintOutputs(builder, graph, node);
      }
    }
    return builder.build();
  }

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
      if (!single(input.type()).shape().isFixed()) {
        throw new IllegalArgumentException(
            "input '%s' has the shape %s, so the cost of node '%s' is not known: fix it with --input, such as --input 3x224x224"
                .formatted(input.name(), input.type().shape(), node.name()));
      }
    }
  }

  private static void hintOutputs(GraphBuilder builder, Graph graph, Node node) {
    for (String output : node.outputs()) {
      graph.type(output).ifPresent(type -> builder.hint(output, single(type)));
    }
  }

  private static ValueType single(ValueType type) {
    Shape shape = type.shape();
    return shape.rank() == 0 || shape.dim(0).isFixed()
        ? type
        : new ValueType(type.type(), shape.with(0, Dim.of(1)));
  }
}
