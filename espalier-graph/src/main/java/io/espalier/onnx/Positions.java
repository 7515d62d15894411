package io.espalier.onnx;

import io.espalier.graph.Op;
import java.util.List;

/** Which element of an array, counted in row-major order, stands at each place of another. */
final class Positions {
  private Positions() {}

  static int[] transposed(int[] shape, List<Integer> permutation) {
    int[] strides = strides(shape);
    int[][] offsets = new int[shape.length][];
    for (int i = 0; i < shape.length; i++) {
      int axis = permutation.get(i);
      offsets[i] = steps(shape[axis], 0, strides[axis]);
    }
    return outer(offsets);
  }

  /**
   * @param shape the array's own sizes; {@code to} has as many axes or more
   */
  static int[] broadcast(int[] shape, int[] to) {
    int[] strides = strides(shape);
    int[][] offsets = new int[to.length][];
    for (int i = 0; i < to.length; i++) {
      int own = i - (to.length - shape.length);
      boolean repeats = own < 0 || shape[own] == 1;
      offsets[i] = steps(to[i], 0, repeats ? 0 : strides[own]);
    }
    return outer(offsets);
  }

  /**
   * @param result the sizes of the slice
   */
  static int[] sliced(int[] shape, Op.Slice slice, int[] result) {
    int[][] offsets = identity(shape);
    int[] strides = strides(shape);
    for (int i = 0; i < slice.axes().size(); i++) {
      int axis = fromFront(slice.axes().get(i), shape.length);
      long step = slice.steps().get(i);
      long start = slice.starts().get(i);
      long counted = start < 0 ? start + shape[axis] : start;
      long first = Math.clamp(counted, 0, Math.max(0, shape[axis] - 1));
      offsets[axis] = new int[result[axis]];
      for (int j = 0; j < result[axis]; j++) {
        offsets[axis][j] = (int) (first + j * step) * strides[axis];
      }
    }
    return outer(offsets);
  }

  static int[] gathered(int[] shape, int gatherAxis, List<Integer> indices) {
    int axis = fromFront(gatherAxis, shape.length);
    int[][] offsets = identity(shape);
    int stride = strides(shape)[axis];
    offsets[axis] =
        indices.stream().mapToInt(index -> fromFront(index, shape[axis]) * stride).toArray();
    return outer(offsets);
  }

  /** The slice of {@code size} positions from {@code start} on along one axis. */
  static int[] cut(int[] shape, int cutAxis, int start, int size) {
    int axis = fromFront(cutAxis, shape.length);
    int[][] offsets = identity(shape);
    int stride = strides(shape)[axis];
    offsets[axis] = steps(size, start * stride, stride);
    return outer(offsets);
  }

  /** Places in the arrays of the given sizes, one behind the other, once they are joined. */
  static int[] joined(List<int[]> shapes, int joinAxis) {
    int axis = fromFront(joinAxis, shapes.getFirst().length);
    int outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= shapes.getFirst()[i];
    }
    int total = shapes.stream().mapToInt(Positions::count).sum();
    int[] places = new int[total];
    int to = 0;
    for (int o = 0; o < outer; o++) {
      int begin = 0;
      for (int[] shape : shapes) {
        int count = count(shape);
        int chunk = count / outer;
        for (int i = 0; i < chunk; i++) {
          places[to++] = begin + o * chunk + i;
        }
        begin += count;
      }
    }
    return places;
  }

  /** For each element, the place in the result that it is reduced to. */
  static int[] reduced(int[] shape, List<Integer> axes) {
    boolean[] gone = new boolean[shape.length];
    axes.forEach(axis -> gone[fromFront(axis, shape.length)] = true);
    int[][] offsets = new int[shape.length][];
    int stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      offsets[axis] = steps(shape[axis], 0, gone[axis] ? 0 : stride);
      stride *= gone[axis] ? 1 : shape[axis];
    }
    return outer(offsets);
  }

  private static int fromFront(int position, int size) {
    return position < 0 ? position + size : position;
  }

  private static int count(int[] shape) {
    int count = 1;
    for (int size : shape) {
      count *= size;
    }
    return count;
  }

  private static int[] strides(int[] shape) {
    int[] strides = new int[shape.length];
    int stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return strides;
  }

  private static int[][] identity(int[] shape) {
    int[] strides = strides(shape);
    int[][] offsets = new int[shape.length][];
    for (int axis = 0; axis < shape.length; axis++) {
      offsets[axis] = steps(shape[axis], 0, strides[axis]);
    }
    return offsets;
  }

  private static int[] steps(int count, int start, int step) {
    int[] steps = new int[count];
    for (int i = 0; i < count; i++) {
      steps[i] = start + i * step;
    }
    return steps;
  }

  /** The sums of one offset an axis, in row-major order. */
  private static int[] outer(int[][] offsets) {
    int[] sums = {0};
    for (int[] axis : offsets) {
      int[] more = new int[sums.length * axis.length];
      for (int i = 0; i < more.length; i++) {
        more[i] = sums[i / axis.length] + axis[i % axis.length];
      }
      sums = more;
    }
    return sums;
  }
}
