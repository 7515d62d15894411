package io.espalier.channel;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Identities over the positions of a value, as an array that broadcasts to the value's shape: an
 * axis along which identities do not differ has size 1. A convolution's output {@code [N, C, H, W]}
 * has identities of sizes {@code [1, C, 1, 1]}.
 *
 * @param sizes one entry an axis of the value
 * @param ids identities in row-major order
 */
record IdArray(int[] sizes, int[] ids) {
  IdArray {
    if (Arrays.stream(sizes).reduce(1, Math::multiplyExact) != ids.length) {
      throw new IllegalArgumentException(
          "sizes %s do not hold %d identities".formatted(Arrays.toString(sizes), ids.length));
    }
  }

  /** Identities that differ along one axis only. */
  static IdArray along(int rank, int axis, int[] ids) {
    int[] sizes = new int[rank];
    Arrays.fill(sizes, 1);
    sizes[axis] = ids.length;
    return new IdArray(sizes, ids);
  }

  int rank() {
    return sizes.length;
  }

  boolean varies(int axis) {
    return sizes[axis] > 1;
  }

  /** The axes along which identities differ. */
  int[] varyingAxes() {
    return java.util.stream.IntStream.range(0, sizes.length).filter(this::varies).toArray();
  }

  /** Steps between neighbours of each axis; 0 along an axis of size 1, so that it broadcasts. */
  private int[] strides() {
    int[] strides = new int[sizes.length];
    int step = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      strides[axis] = sizes[axis] == 1 ? 0 : step;
      step *= sizes[axis];
    }
    return strides;
  }

  /** This array broadcast to {@code newSizes} (of the same rank). */
  IdArray broadcast(int[] newSizes) {
    return gather(newSizes, strides(), 0);
  }

  /** This array with {@code axis} broadcast to {@code size}. */
  IdArray expand(int axis, int size) {
    int[] newSizes = sizes.clone();
    newSizes[axis] = size;
    return broadcast(newSizes);
  }

  /** This array with axes of size 1 in front, up to {@code rank} axes. */
  IdArray padRank(int rank) {
    int[] newSizes = new int[rank];
    Arrays.fill(newSizes, 1);
    System.arraycopy(sizes, 0, newSizes, rank - sizes.length, sizes.length);
    return new IdArray(newSizes, ids);
  }

  /** The positions {@code from(i)}, for i below {@code count}, along {@code axis}. */
  IdArray select(int axis, int count, IntUnaryOperator from) {
    int inner = 1;
    for (int a = axis + 1; a < sizes.length; a++) {
      inner *= sizes[a];
    }
    int outer = ids.length / (inner * sizes[axis]);
    int[] newSizes = sizes.clone();
    newSizes[axis] = count;
    int[] picked = new int[outer * count * inner];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < count; i++) {
        int source = (o * sizes[axis] + from.applyAsInt(i)) * inner;
        System.arraycopy(ids, source, picked, (o * count + i) * inner, inner);
      }
    }
    return new IdArray(newSizes, picked);
  }

  IdArray transpose(int[] permutation) {
    int[] newSizes = new int[sizes.length];
    int[] newStrides = new int[sizes.length];
    int[] strides = strides();
    for (int axis = 0; axis < sizes.length; axis++) {
      newSizes[axis] = sizes[permutation[axis]];
      newStrides[axis] = strides[permutation[axis]];
    }
    return gather(newSizes, newStrides, 0);
  }

  /** The same identities under other sizes. */
  IdArray reshape(int[] newSizes) {
    return new IdArray(newSizes, ids);
  }

  /** This array with every axis along which identities do not differ reduced to size 1. */
  IdArray compressed() {
    IdArray result = this;
    for (int axis = 0; axis < sizes.length; axis++) {
      if (result.varies(axis) && result.constantAlong(axis)) {
        result = result.select(axis, 1, i -> 0);
      }
    }
    return result;
  }

  private boolean constantAlong(int axis) {
    return Arrays.equals(select(axis, 1, i -> 0).expand(axis, sizes[axis]).ids, ids);
  }

  private IdArray gather(int[] newSizes, int[] steps, int start) {
    int count = Arrays.stream(newSizes).reduce(1, Math::multiplyExact);
    int[] result = new int[count];
    int[] position = new int[newSizes.length];
    int source = start;
    for (int i = 0; i < count; i++) {
      result[i] = ids[source];
      for (int axis = newSizes.length - 1; axis >= 0; axis--) {
        source += steps[axis];
        if (++position[axis] < newSizes[axis]) {
          break;
        }
        source -= steps[axis] * newSizes[axis];
        position[axis] = 0;
      }
    }
    return new IdArray(newSizes, result);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IdArray array
        && Arrays.equals(sizes, array.sizes)
        && Arrays.equals(ids, array.ids);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(sizes) + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "IdArray" + Arrays.toString(sizes);
  }
}
