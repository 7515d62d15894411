package io.espalier.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The dimensions of a value, outermost first: {@code [N, C, H, W]} for an image batch. */
public record Shape(List<Dim> dims) {
  public Shape {
    dims = List.copyOf(dims);
  }

  /** A shape of fixed sizes. */
  public static Shape of(long... sizes) {
    return new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toList());
  }

  public int rank() {
    return dims.size();
  }

  /** The dimension at {@code axis}; a negative axis counts from the end. */
  public Dim dim(int axis) {
    return dims.get(axis < 0 ? axis + rank() : axis);
  }

  /** The size at {@code axis}, -1 when it is not fixed; a negative axis counts from the end. */
  public long size(int axis) {
    return dim(axis).size();
  }

  /** True when every dimension is a number. */
  public boolean isFixed() {
    return dims.stream().allMatch(Dim::isFixed);
  }

  /**
   * The number of elements.
   *
   * @throws IllegalStateException if a dimension is not fixed
   * @throws ArithmeticException if the product leaves the range of a long
   */
  public long elements() {
    long product = 1;
    for (Dim dim : dims) {
      if (!dim.isFixed()) {
        throw new IllegalStateException("shape " + this + " has a size that is not fixed");
      }
      product = Math.multiplyExact(product, dim.size());
    }
    return product;
  }

  /** This shape with {@code dim} at {@code axis}. */
  public Shape with(int axis, Dim dim) {
    Dim[] copy = dims.toArray(Dim[]::new);
    copy[axis < 0 ? axis + copy.length : axis] = dim;
    return new Shape(List.of(copy));
  }

  /**
   * How one sample of an input of this shape may be sized, as {@code --input} takes it: {@code
   * 3x224x224} for {@code [N, C, H, W]}. What is fixed stays.
   */
  public String exampleSample() {
    return IntStream.range(1, rank())
        .mapToObj(axis -> dim(axis).isFixed() ? size(axis) : axis == 1 && rank() > 2 ? 3 : 224)
        .map(String::valueOf)
        .collect(Collectors.joining("x"));
  }

  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
