package io.espalier.torch;

import io.espalier.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Padding of the spatial axes: all begins, then all ends. */
final class Pads {
  private static final int SPATIAL = 2;

  private Pads() {}

  /** The pads of {@code window} for the image {@code x}, which may be null where they are fixed. */
  static long[] of(Window window, Tensor x) {
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < window.rank(); axis++) {
      sizes.add(x == null ? 0 : x.size(axis + SPATIAL));
    }
    return Args.longs(window.padsFor(sizes));
  }

  /** One pad an axis where begin and end agree everywhere; else null. */
  static long[] symmetric(long[] pads) {
    int rank = pads.length / 2;
    long[] begin = Arrays.copyOf(pads, rank);
    return Arrays.equals(begin, Arrays.copyOfRange(pads, rank, pads.length)) ? begin : null;
  }

  /** The part of each axis' pads that both sides share. */
  static long[] common(long[] pads) {
    int rank = pads.length / 2;
    long[] common = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      common[axis] = Math.max(0, Math.min(pads[axis], pads[rank + axis]));
    }
    return common;
  }

  /** What is left of {@code pads} after {@code common} on both sides. */
  static long[] excess(long[] pads, long[] common) {
    long[] excess = pads.clone();
    for (int i = 0; i < excess.length; i++) {
      excess[i] -= common[i % common.length];
    }
    return excess;
  }

  /** Pads the last axes of {@code x}; a negative pad crops. */
  static Tensor apply(Tensor x, long[] pads, double value) {
    int rank = pads.length / 2;
    long[] reversed = new long[pads.length];
    boolean any = false;
    for (int axis = 0; axis < rank; axis++) {
      reversed[2 * (rank - 1 - axis)] = pads[axis];
      reversed[2 * (rank - 1 - axis) + 1] = pads[rank + axis];
      any |= pads[axis] != 0 || pads[rank + axis] != 0;
    }
    return any ? torch.constant_pad_nd(x, reversed, scalar(x, value)) : x;
  }

  private static Scalar scalar(Tensor x, double value) {
    return x.is_floating_point() ? new Scalar(value) : new Scalar((long) value);
  }
}
