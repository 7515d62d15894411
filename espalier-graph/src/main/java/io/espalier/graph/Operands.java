package io.espalier.graph;

import java.util.List;
import java.util.Map;

/** The operands of one node as shape inference sees them, and the errors that name the node. */
record Operands(Node node, Map<String, ValueType> types) {
  /** True when the type of everything that the node reads is known. */
  boolean known() {
    return node.inputs().stream().allMatch(input -> input.isEmpty() || types.containsKey(input));
  }

  boolean has(int input) {
    return node.hasInput(input);
  }

  ValueType value(int input) {
    if (!has(input)) {
      throw new GraphException("%s: input %d is missing".formatted(where(), input));
    }
    return types.get(node.input(input));
  }

  Shape shape(int input) {
    return value(input).shape();
  }

  DataType type(int input) {
    return value(input).type();
  }

  /** The type of an output of the given shape that has the element type of the first input. */
  List<ValueType> like(Shape shape) {
    return List.of(new ValueType(type(0), shape));
  }

  /** {@code axis} counted from the front, for a value of {@code rank} axes. */
  int axis(int axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw error("axis", "one of " + rank + " axes", axis);
    }
    return axis < 0 ? axis + rank : axis;
  }

  /** As {@link #axis(int, int)} for each of {@code axes}, which must differ. */
  List<Integer> axes(List<Integer> axes, int rank) {
    List<Integer> counted = axes.stream().map(axis -> axis(axis, rank)).toList();
    if (counted.stream().distinct().count() < counted.size()) {
      throw error("axes", "each axis once", axes);
    }
    return counted;
  }

  void expectRank(String what, Shape shape, int rank) {
    if (shape.rank() != rank) {
      throw error("rank of " + what, rank, shape);
    }
  }

  void expectRankAtLeast(String what, Shape shape, int rank) {
    if (shape.rank() < rank) {
      throw error("rank of " + what, rank + " or more", shape);
    }
  }

  /** Two sizes that must agree; what is not fixed agrees with everything. */
  void expectSize(String what, Dim expected, Dim got) {
    if (expected.isFixed() && got.isFixed() && expected.size() != got.size()) {
      throw error(what, expected, got);
    }
  }

  /** An optional or required input that must hold {@code length} numbers along one axis. */
  void expectVector(String what, int input, Dim length) {
    Shape shape = shape(input);
    expectRank(what, shape, 1);
    expectSize("length of " + what, length, shape.dim(0));
  }

  GraphException error(String what, Object expected, Object got) {
    return new GraphException(
        "%s: %s: expected %s, got %s".formatted(where(), what, expected, got));
  }

  private String where() {
    return "node '%s' (%s)".formatted(node.name(), node.op().label());
  }
}
