package io.espalier.surgery;

import io.espalier.channel.Changes;
import io.espalier.channel.Positions;
import io.espalier.graph.Tensor;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Takes positions out of one weight. */
final class WeightCut {
  private WeightCut() {}

  /** {@code weight} without the positions of {@code slots}. */
  static Tensor of(String name, Tensor weight, List<Changes.Slot> slots) {
    if (slots.isEmpty()) {
      return weight;
    }
    boolean plain =
        slots.stream().allMatch(s -> Positions.soleAxis(s.space()) >= 0)
            && slots.stream().map(s -> Positions.soleAxis(s.space())).distinct().count()
                == slots.size();
    return plain ? alongAxes(name, weight, slots) : elements(name, weight, slots);
  }

  private static Tensor alongAxes(String name, Tensor weight, List<Changes.Slot> slots) {
    Tensor result = weight;
    for (Changes.Slot slot : slots) {
      int axis = Positions.soleAxis(slot.space());
      BitSet gone = bits(slot.removed());
      int[] kept = IntStream.range(0, weight.size(axis)).filter(i -> !gone.get(i)).toArray();
      requireSome(name, kept.length);
      result = result.select(axis, kept);
    }
    return result;
  }

  /** Where the positions of two axes hang together, as in the columns of a grouped convolution. */
  private static Tensor elements(String name, Tensor weight, List<Changes.Slot> slots) {
    int[] shape = weight.shape();
    boolean[] gone = new boolean[weight.elements()];
    for (Changes.Slot slot : slots) {
      for (int element : Positions.elements(slot.space(), shape, slot.removed())) {
        gone[element] = true;
      }
    }
    int[] kept = IntStream.range(0, gone.length).filter(i -> !gone[i]).toArray();
    requireSome(name, kept.length);
    // The columns that stay differ from row to row, their number does not.
    int row = gone.length / shape[0];
    int[] newShape = new int[shape.length];
    newShape[0] = (int) IntStream.of(kept).map(element -> element / row).distinct().count();
    int product = newShape[0];
    for (int axis = 1; axis < shape.length; axis++) {
      newShape[axis] = keptAlong(shape, axis, gone, kept[0]);
      product *= newShape[axis];
    }
    if (product != kept.length) {
      throw new PlanException(
          "the plan leaves unequal parts of '%s': %d elements do not make a block"
              .formatted(name, kept.length));
    }
    return weight.pick(kept, newShape);
  }

  /** Elements that stay on the line through {@code element} along {@code axis}. */
  private static int keptAlong(int[] shape, int axis, boolean[] gone, int element) {
    int inner = 1;
    for (int a = axis + 1; a < shape.length; a++) {
      inner *= shape[a];
    }
    int start = element - element / inner % shape[axis] * inner;
    int count = 0;
    for (int i = 0; i < shape[axis]; i++) {
      count += gone[start + i * inner] ? 0 : 1;
    }
    return count;
  }

  private static void requireSome(String name, int left) {
    if (left == 0) {
      throw new PlanException(
          "the plan leaves nothing of '%s': keep at least one channel".formatted(name));
    }
  }

  private static BitSet bits(int[] positions) {
    BitSet bits = new BitSet();
    for (int position : positions) {
      bits.set(position);
    }
    return bits;
  }
}
