package io.espalier.channel;

import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.ValueType;

/**
 * A network with its open batch axes set to 1, so that every size but the spatial ones is a number.
 */
final class BatchOfOne {
  private BatchOfOne() {}

  static Graph of(Graph graph) {
    if (graph.inputs().stream().allMatch(port -> fixed(port).equals(port))) {
      return graph;
    }
    GraphBuilder builder = GraphBuilder.from(graph);
    builder.replaceInputs(graph.inputs().stream().map(BatchOfOne::fixed).toList());
    return builder.build();
  }

  private static Port fixed(Port port) {
    Shape shape = port.type().shape();
    if (shape.rank() == 0 || shape.dim(0).isFixed()) {
      return port;
    }
    return new Port(port.name(), new ValueType(port.type().type(), shape.with(0, Dim.of(1))));
  }
}
