package io.espalier.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Types of all values from the types of the inputs and the weights. */
final class ShapeInference {
  private ShapeInference() {}

  static Map<String, ValueType> infer(
      List<Port> inputs,
      List<Node> nodes,
      Map<String, Tensor> initializers,
      Map<String, ValueType> hints) {
    Map<String, ValueType> types = new HashMap<>(hints);
    inputs.forEach(port -> types.put(port.name(), port.type()));
    initializers.forEach((name, tensor) -> types.put(name, tensor.valueType()));
    return types;
  }
}
