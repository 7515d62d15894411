package io.espalier.onnx;

import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.ValueType;
import java.util.HashMap;
import java.util.Map;

/** Fixes axes of a network's inputs that the file leaves open. */
final class InputShapes {
  private final Graph graph;
  private final Map<String, Dim> sizes = new HashMap<>();

  private InputShapes(Graph graph) {
    this.graph = graph;
  }

  /**
   * {@code graph} with inputs of the given shapes; a dimension that is not fixed there is left as
   * it is. Axes of one name are fixed together.
   */
  static Graph fix(Graph graph, Map<String, Shape> shapes) {
    return shapes.isEmpty() ? graph : new InputShapes(graph).fix(shapes);
  }

  private Graph fix(Map<String, Shape> shapes) {
    shapes.forEach(this::collect);
    GraphBuilder builder = new GraphBuilder(graph.name()).header(graph.header());
    graph.inputs().forEach(port -> builder.input(new Port(port.name(), fixed(port.type()))));
    graph.outputs().forEach(port -> builder.output(new Port(port.name(), fixed(port.type()))));
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(builder::add);
    graph.types().forEach((name, type) -> builder.hint(name, fixed(type)));
    return builder.build();
  }

  private void collect(String input, Shape shape) {
    Shape declared =
        graph.inputs().stream()
            .filter(port -> port.name().equals(input))
            .findFirst()
            .orElseThrow(() -> new OnnxException("there is no input '" + input + "'"))
            .type()
            .shape();
    if (declared.rank() != shape.rank()) {
      throw mismatch(input, declared, shape);
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim dim = shape.dim(axis);
      Dim own = declared.dim(axis);
      if (dim.isFixed()) {
        Dim before = own.isFixed() ? own : sizes.put(own.symbol(), dim);
        if (before != null && !before.equals(dim)) {
          throw mismatch(input, declared, shape);
        }
      }
    }
  }

  private ValueType fixed(ValueType type) {
    if (type.shape() == TypeReader.NO_SHAPE) {
      return type;
    }
    return new ValueType(
        type.type(),
        new Shape(
            type.shape().dims().stream()
                .map(dim -> dim.isFixed() ? dim : sizes.getOrDefault(dim.symbol(), dim))
                .toList()));
  }

  private static OnnxException mismatch(String input, Shape declared, Shape shape) {
    return new OnnxException(
        "input '%s' is %s and cannot be fixed to %s".formatted(input, declared, shape));
  }
}
