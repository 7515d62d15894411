package io.espalier.onnx;

import io.espalier.graph.Dim;
import io.espalier.graph.Node;
import io.espalier.graph.Shape;
import io.espalier.graph.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What is known of the first output of a node that stays opaque: often its shape, though not the
 * numbers that the operator needs. So that the rest of the network stays modelled.
 */
final class OpaqueTypes {
  private static final Set<String> LIKE_THEIR_INPUT =
      Set.of(
          "BatchNormalization",
          "Clip",
          "CumSum",
          "Dropout",
          "GroupNormalization",
          "Hardmax",
          "LpNormalization",
          "MeanVarianceNormalization",
          "ScatterElements",
          "ScatterND",
          "Shrink",
          "Trilu");
  private static final Set<String> OF_THE_SAME_RANK = Set.of("Pad", "Resize", "Tile", "Upsample");

  private final Node node;
  private final Knowledge knowledge;

  private OpaqueTypes(Node node, Knowledge knowledge) {
    this.node = node;
    this.knowledge = knowledge;
  }

  /** The type of the first output of {@code node}, an operator {@code type} of the standard set. */
  static Optional<ValueType> of(Node node, String type, Knowledge knowledge) {
    return new OpaqueTypes(node, knowledge).of(type);
  }

  private Optional<ValueType> of(String type) {
    Optional<ValueType> x = Optional.ofNullable(knowledge.types().get(node.input(0)));
    if (x.isEmpty()) {
      return x;
    }
    if (LIKE_THEIR_INPUT.contains(type)) {
      return x;
    }
    Shape shape = x.get().shape();
    Optional<Shape> result =
        switch (type) {
          case "Reshape" -> target().map(dims -> reshaped(dims, shape));
          case "Expand" -> target().flatMap(dims -> expanded(dims, shape));
          case "Slice" -> Optional.of(sliced(shape));
          default ->
              OF_THE_SAME_RANK.contains(type) ? Optional.of(open(shape.rank())) : Optional.empty();
        };
    return result.map(known -> new ValueType(x.get().type(), known));
  }

  /** The target shape in input 1; -1 is unknown, 0 stays. */
  private Optional<List<Dim>> target() {
    return knowledge
        .value(node.input(1))
        .map(
            known ->
                IntStream.range(0, known.elements()).mapToObj(i -> dim(known.entry(i))).toList());
  }

  /** A size by its name; a formula is no name. */
  private static Dim dim(Entry entry) {
    if (entry.isNumber()) {
      return entry.whole() < 0 ? Dim.unknown() : Dim.of(entry.whole());
    }
    return entry.isFormula() ? Dim.unknown() : Dim.symbol(entry.symbol());
  }

  private static Shape reshaped(List<Dim> target, Shape shape) {
    List<Dim> dims = new ArrayList<>(target);
    for (int axis = 0; axis < Math.min(dims.size(), shape.rank()); axis++) {
      if (dims.get(axis).size() == 0) {
        dims.set(axis, shape.dim(axis));
      }
    }
    return new Shape(dims);
  }

  private static Optional<Shape> expanded(List<Dim> target, Shape shape) {
    List<Dim> dims = new ArrayList<>(target);
    int more = shape.rank() - dims.size();
    if (more > 0) {
      dims.addAll(0, Collections.nCopies(more, Dim.of(1)));
    }
    for (int axis = 1; axis <= shape.rank(); axis++) {
      int at = dims.size() - axis;
      if (dims.get(at).size() == 1) {
        dims.set(at, shape.dim(-axis));
      }
    }
    return Optional.of(new Shape(dims));
  }

  private Shape sliced(Shape shape) {
    Optional<Known> axes = knowledge.value(node.input(3));
    if (!(axes.orElse(null) instanceof Known.Numbers numbers)) {
      return open(shape.rank());
    }
    Shape result = shape;
    for (long axis : numbers.tensor().toLongs()) {
      if (axis < -shape.rank() || axis >= shape.rank()) {
        return open(shape.rank());
      }
      result = result.with((int) axis, Dim.unknown());
    }
    return result;
  }

  private static Shape open(int rank) {
    return new Shape(Collections.nCopies(rank, Dim.unknown()));
  }
}
