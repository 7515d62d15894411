package io.espalier.channel;

import io.espalier.graph.Dim;
import io.espalier.graph.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reshapes an index array. The two shapes are cut into the smallest runs of axes that hold equally
 * many elements; only a run in which identities differ needs to be spelled out, so that a batch or
 * a spatial size may stay unknown.
 */
final class ReshapeIds {
  /** More identities than this are not spelled out: the channels are frozen instead. */
  private static final long LIMIT = 1 << 24;

  private ReshapeIds() {}

  /** The identities after a reshape; empty if the sizes that matter are not known. */
  static Optional<IdArray> move(IdArray array, Shape from, Shape to) {
    List<int[]> runs = runs(from, to);
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    // Each run is reshaped on its own while the other axes stay as they are: first all the axes of
    // the source, run by run from the back, are replaced by the axes of the target.
    IdArray result = array;
    for (int[] run : runs.reversed()) {
      Optional<IdArray> next = replace(result, run, from, to);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      result = next.get();
    }
    return Optional.of(result.compressed());
  }

  private static Optional<IdArray> replace(IdArray array, int[] run, Shape from, Shape to) {
    int start = run[0];
    int end = run[1];
    boolean varies = false;
    for (int axis = start; axis < end; axis++) {
      varies |= array.varies(axis);
    }
    int[] target = new int[run[3] - run[2]];
    Arrays.fill(target, 1);
    IdArray full = array;
    if (varies) {
      long elements = array.ids().length;
      for (int axis = start; axis < end; axis++) {
        elements *= array.varies(axis) ? 1 : Math.max(1, from.size(axis));
        if (from.size(axis) < 0 || elements > LIMIT) {
          return Optional.empty();
        }
        full = full.expand(axis, (int) from.size(axis));
      }
      for (int i = 0; i < target.length; i++) {
        target[i] = (int) to.size(run[2] + i);
        if (target[i] < 0) {
          return Optional.empty();
        }
      }
    }
    int[] sizes = new int[array.rank() - (end - start) + target.length];
    System.arraycopy(full.sizes(), 0, sizes, 0, start);
    System.arraycopy(target, 0, sizes, start, target.length);
    System.arraycopy(full.sizes(), end, sizes, start + target.length, array.rank() - end);
    return Optional.of(full.reshape(sizes));
  }

  /** Runs as {from start, from end, to start, to end}; empty if the shapes cannot be matched. */
  private static List<int[]> runs(Shape from, Shape to) {
    List<int[]> runs = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < from.rank() || j < to.rank()) {
      int startI = i;
      int startJ = j;
      if (i < from.rank() && j < to.rank() && same(from.dim(i), to.dim(j))) {
        i++;
        j++;
      } else {
        long left = i < from.rank() ? from.size(i++) : 1;
        long right = j < to.rank() ? to.size(j++) : 1;
        while (left != right) {
          if (left < 0 || right < 0 || (left < right ? i == from.rank() : j == to.rank())) {
            return List.of();
          }
          if (left < right) {
            left *= Math.max(-1, from.size(i++));
          } else {
            right *= Math.max(-1, to.size(j++));
          }
        }
        if (left < 0) {
          return List.of();
        }
      }
      runs.add(new int[] {startI, i, startJ, j});
    }
    return runs;
  }

  private static boolean same(Dim a, Dim b) {
    return a.equals(b) && (a.isFixed() || !a.symbol().isEmpty());
  }
}
