package io.espalier.graph;

/** A network with its open batch axes set to one sample, so that more of its sizes are numbers. */
public final class OneSample {
  private OneSample() {}

  /** {@code graph} with 1 for each leading input axis that is not fixed. */
  public static Graph of(Graph graph) {
    if (graph.inputs().stream().allMatch(port -> type(port.type()).equals(port.type()))) {
      return graph;
    }
    GraphBuilder builder = GraphBuilder.from(graph);
    builder.replaceInputs(
        graph.inputs().stream().map(port -> new Port(port.name(), type(port.type()))).toList());
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Opaque) {
        for (String output : node.outputs()) {
          graph.type(output).ifPresent(type -> builder.hint(output, type(type)));
        }
      }
    }
    return builder.build();
  }

  /** {@code type} with 1 for a leading axis that is not fixed. */
  public static ValueType type(ValueType type) {
    Shape shape = type.shape();
    return shape.rank() == 0 || shape.dim(0).isFixed()
        ? type
        : new ValueType(type.type(), shape.with(0, Dim.of(1)));
  }
}
