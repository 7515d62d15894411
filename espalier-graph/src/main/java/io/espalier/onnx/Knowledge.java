package io.espalier.onnx;

import io.espalier.graph.Dim;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the simplifier has found out so far: types, and values that do not wait for the inputs. */
final class Knowledge {
  private final Map<String, ValueType> types = new HashMap<>();
  private final Map<String, Known> values = new HashMap<>();
  private final boolean openSizes;

  /** What is known of a network that reads {@code inputs}. */
  Knowledge(List<Port> inputs) {
    inputs.forEach(port -> types.put(port.name(), port.type()));
    this.openSizes = inputs.stream().anyMatch(port -> isOpenBehindBatch(port.type().shape()));
  }

  private static boolean isOpenBehindBatch(Shape shape) {
    return shape.dims().stream().skip(1).anyMatch(dim -> !dim.isFixed());
  }

  /** Whether an input has an axis behind the batch whose size is not known. */
  boolean openSizes() {
    return openSizes;
  }

  Map<String, ValueType> types() {
    return types;
  }

  void constant(String name, Tensor tensor) {
    learn(name, new Known.Numbers(tensor));
  }

  void learn(String name, Known known) {
    if (!name.isEmpty()) {
      values.put(name, known);
      types.put(name, new ValueType(known.type(), Shape.of(sizes(known))));
    }
  }

  private static long[] sizes(Known known) {
    return Arrays.stream(known.shape()).asLongStream().toArray();
  }

  Optional<Known> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  Optional<Shape> shape(String name) {
    return Optional.ofNullable(types.get(name)).map(ValueType::shape);
  }

  /** The size of {@code axis} of {@code value}: its number, its name, or a name made for it. */
  Entry size(String value, int axis) {
    Dim dim = types.get(value).shape().dim(axis);
    if (dim.isFixed()) {
      return Entry.of(dim.size());
    }
    return Entry.symbol(dim.symbol().isEmpty() ? value + "#" + axis : dim.symbol());
  }
}
