package io.espalier.channel;

import java.util.List;

/** Positions in an index space that broadcasts to a weight's shape. */
public final class Positions {
  private Positions() {}

  /** For each element of a weight of {@code shape}, row-major, its position in {@code space}. */
  public static int[] ofElements(List<Integer> space, int[] shape) {
    int count = 1;
    for (int size : shape) {
      count *= size;
    }
    int[] positions = new int[count];
    int step = 1;
    int inner = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (space.get(axis) > 1) {
        for (int element = 0; element < count; element++) {
          positions[element] += element / inner % shape[axis] * step;
        }
        step *= space.get(axis);
      }
      inner *= shape[axis];
    }
    return positions;
  }

  /**
   * The elements of a weight of {@code shape} at the given positions of {@code space}, ascending.
   */
  public static int[] elements(List<Integer> space, int[] shape, int[] positions) {
    int spaceSize = space.stream().reduce(1, Math::multiplyExact);
    int count = 1;
    for (int size : shape) {
      count *= size;
    }
    int axis = soleAxis(space);
    return axis >= 0
        ? slices(shape, axis, positions, count)
        : scattered(ofElements(space, shape), spaceSize, positions);
  }

  /** The one axis along which {@code space} varies; -1 if there are several or none. */
  public static int soleAxis(List<Integer> space) {
    int sole = -1;
    for (int axis = 0; axis < space.size(); axis++) {
      if (space.get(axis) > 1) {
        if (sole >= 0) {
          return -1;
        }
        sole = axis;
      }
    }
    return sole;
  }

  private static int[] slices(int[] shape, int axis, int[] positions, int count) {
    int inner = 1;
    for (int a = axis + 1; a < shape.length; a++) {
      inner *= shape[a];
    }
    int outer = count / (inner * shape[axis]);
    int[] elements = new int[outer * positions.length * inner];
    int to = 0;
    for (int o = 0; o < outer; o++) {
      for (int position : positions) {
        int from = (o * shape[axis] + position) * inner;
        for (int i = 0; i < inner; i++) {
          elements[to++] = from + i;
        }
      }
    }
    return elements;
  }

  private static int[] scattered(int[] positionOf, int spaceSize, int[] positions) {
    boolean[] wanted = new boolean[spaceSize];
    for (int position : positions) {
      wanted[position] = true;
    }
    return java.util.stream.IntStream.range(0, positionOf.length)
        .filter(element -> wanted[positionOf[element]])
        .toArray();
  }
}
