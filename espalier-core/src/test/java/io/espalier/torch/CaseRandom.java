package io.espalier.torch;

import io.espalier.graph.Tensor;
import io.espalier.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Seeded shapes, attributes and numbers for the operator tests. */
final class CaseRandom {
  private final SplittableRandom random;

  CaseRandom(long seed) {
    random = new SplittableRandom(seed);
  }

  static Stream<OperatorCase> cases(int count, LongFunction<OperatorCase> make) {
    return LongStream.range(0, count).mapToObj(make);
  }

  /** A number of {@code least} to {@code most}. */
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  boolean chance(double share) {
    return random.nextDouble() < share;
  }

  @SafeVarargs
  final <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  List<Integer> list(int size, int least, int most) {
    List<Integer> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(between(least, most));
    }
    return list;
  }

  /** Numbers of [-1, 1). */
  Tensor tensor(int... shape) {
    return within(-1, 1, shape);
  }

  /** Numbers of [least, most). */
  Tensor within(double least, double most, int... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(least, most);
    }
    return Tensor.floats(shape, values);
  }

  /** A batch of 2 with the given channels and spatial sizes of {@code least} to {@code most}. */
  Tensor image(int channels, int rank, int least, int most) {
    int[] shape = new int[rank + 2];
    shape[0] = 2;
    shape[1] = channels;
    for (int axis = 2; axis < shape.length; axis++) {
      shape[axis] = between(least, most);
    }
    return tensor(shape);
  }

  /**
   * A window whose pads on either side are at most {@code kernel - 1}. With SAME it is not dilated
   * and its stride is at most 2: runtimes differ there.
   */
  Window window(int rank, boolean dilated) {
    List<Integer> kernel = list(rank, 1, 3);
    List<Integer> dilations =
        dilated && chance(0.4) ? list(rank, 1, 2) : Collections.nCopies(rank, 1);
    List<Integer> pads = new ArrayList<>();
    boolean symmetric = chance(0.4);
    for (int i = 0; i < 2 * rank; i++) {
      int most = kernel.get(i % rank) - 1;
      pads.add(symmetric && i >= rank ? pads.get(i - rank) : between(0, most));
    }
    Window.AutoPad auto =
        chance(0.3)
            ? oneOf(Window.AutoPad.SAME_UPPER, Window.AutoPad.SAME_LOWER, Window.AutoPad.VALID)
            : Window.AutoPad.NOTSET;
    if (auto == Window.AutoPad.NOTSET) {
      return new Window(kernel, list(rank, 1, 3), dilations, pads, auto);
    }
    boolean same = auto != Window.AutoPad.VALID;
    List<Integer> none = Collections.nCopies(2 * rank, 0);
    List<Integer> plain = Collections.nCopies(rank, 1);
    return new Window(kernel, list(rank, 1, same ? 2 : 3), same ? plain : dilations, none, auto);
  }

  static int[] shape(int first, int second, List<Integer> rest) {
    int[] shape = new int[rest.size() + 2];
    shape[0] = first;
    shape[1] = second;
    for (int i = 0; i < rest.size(); i++) {
      shape[i + 2] = rest.get(i);
    }
    return shape;
  }
}
