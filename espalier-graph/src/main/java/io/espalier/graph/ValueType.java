package io.espalier.graph;

/** Element type and shape of a value. */
public record ValueType(DataType type, Shape shape) {
  /** A float value of fixed shape. */
  public static ValueType floats(long... sizes) {
    return new ValueType(DataType.FLOAT, Shape.of(sizes));
  }
}
