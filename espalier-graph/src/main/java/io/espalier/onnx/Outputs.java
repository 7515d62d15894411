package io.espalier.onnx;

import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.ValueType;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Declared types of a network's outputs, made to agree with what follows from its inputs. */
final class Outputs {
  private Outputs() {}

  static Graph refine(Graph graph) {
    List<Port> outputs = graph.outputs().stream().map(port -> refine(port, graph)).toList();
    return new Graph(
        graph.name(),
        graph.header(),
        graph.inputs(),
        outputs,
        graph.nodes(),
        graph.initializers(),
        graph.types());
  }

  private static Port refine(Port port, Graph graph) {
    Optional<ValueType> inferred = graph.type(port.name());
    if (inferred.isEmpty()) {
      if (port.type().shape() == TypeReader.NO_SHAPE) {
        throw new OnnxException(
            "output '%s' declares no shape and none follows".formatted(port.name()));
      }
      return port;
    }
    Shape shape = inferred.get().shape();
    Shape declared = port.type().shape();
    if (declared.rank() == shape.rank()) {
      shape =
          new Shape(
              IntStream.range(0, declared.rank())
                  .mapToObj(axis -> refine(declared.dim(axis), inferred.get().shape().dim(axis)))
                  .toList());
    }
    return new Port(port.name(), new ValueType(inferred.get().type(), shape));
  }

  /** What follows is right, but a name that the file gave is kept. */
  private static Dim refine(Dim declared, Dim inferred) {
    if (inferred.isFixed()) {
      return inferred;
    }
    boolean named = !declared.symbol().isEmpty();
    return named || inferred.equals(Dim.unknown()) ? declared : inferred;
  }
}
