package io.espalier.torch;

import io.espalier.graph.DataType;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators that move elements, against ONNX Runtime. */
class ShapeOperatorTest {
  private static final int[] IMAGE = {2, 4, 6, 8};

  static Stream<OperatorCase> fixedCases() {
    CaseRandom random = new CaseRandom(1);
    Tensor x = random.tensor(IMAGE);
    Tensor thin = random.tensor(2, 1, 4, 1);
    return Stream.of(
        OperatorCase.ofInputs("Concat", new Op.Concat(-3), x, random.tensor(2, 3, 6, 8), x),
        OperatorCase.of("Split", new Op.Split(1, List.of(1, 3)), x).withOutputs(2),
        OperatorCase.of("Split last", new Op.Split(-1, List.of(2, 5, 1)), x).withOutputs(3),
        OperatorCase.of("Gather", new Op.Gather(1, List.of(3, 0, -1, 0), false), x),
        OperatorCase.of("Gather run", new Op.Gather(-1, List.of(1, 3, 5), false), x),
        OperatorCase.of("Gather scalar", new Op.Gather(2, List.of(-2), true), x),
        OperatorCase.of("Flatten 0", new Op.Flatten(0), x),
        OperatorCase.of("Flatten 2", new Op.Flatten(2), x),
        OperatorCase.of("Flatten -1", new Op.Flatten(-1), x),
        OperatorCase.of("Reshape", new Op.Reshape(List.of(0L, -1L, 12L), false), x),
        OperatorCase.of("Transpose", new Op.Transpose(List.of(2, 0, 3, 1)), x),
        OperatorCase.of("Squeeze", new Op.Squeeze(List.of(-1, 1)), thin),
        OperatorCase.of("Unsqueeze", new Op.Unsqueeze(List.of(0, -1, 2)), x),
        OperatorCase.of("Expand", new Op.Expand(List.of(3L, 1L, 5L, 1L, 7L)), thin),
        OperatorCase.of("Expand shorter", new Op.Expand(List.of(1L, 7L)), thin),
        OperatorCase.of("DepthToSpace DCR", new Op.DepthToSpace(2, false), x),
        OperatorCase.of("DepthToSpace CRD", new Op.DepthToSpace(2, true), x),
        OperatorCase.of("SpaceToDepth", new Op.SpaceToDepth(2), x),
        OperatorCase.of("Dropout", new Op.Dropout(0.5), x));
  }

  static Stream<OperatorCase> slices() {
    return CaseRandom.cases(
        40,
        seed -> {
          CaseRandom random = new CaseRandom(seed);
          List<Long> starts = new ArrayList<>();
          List<Long> ends = new ArrayList<>();
          List<Long> steps = new ArrayList<>();
          List<Integer> axes = random.chance(0.5) ? List.of(2, 1) : List.of(-1, 0);
          for (int axis : axes) {
            int size = IMAGE[axis < 0 ? axis + IMAGE.length : axis];
            int step = random.oneOf(1, 2, 3, -1, -2);
            int low = random.between(0, size - 1);
            int high = random.between(low, size + 2);
            boolean open = random.chance(0.3);
            long end = open ? Long.MAX_VALUE : random.chance(0.3) ? high - size - 9 : high;
            starts.add(step > 0 ? (long) (random.chance(0.5) ? low - size : low) : (long) high);
            ends.add(step > 0 ? end : open ? Long.MIN_VALUE + 1 : (long) low);
            steps.add((long) step);
          }
          Op op = new Op.Slice(starts, ends, axes, steps);
          return OperatorCase.of("Slice " + seed + " " + op, op, random.tensor(IMAGE));
        });
  }

  static Stream<OperatorCase> pads() {
    return CaseRandom.cases(
        40,
        seed -> {
          CaseRandom random = new CaseRandom(500 + seed);
          String mode = random.oneOf("constant", "constant", "reflect", "edge", "wrap");
          List<Integer> pads = random.list(2 * IMAGE.length, 0, 2);
          Collections.replaceAll(pads, 2, mode.equals("constant") ? -1 : 1);
          if (mode.equals("reflect")) {
            pads.set(3, 5);
            pads.set(6, 4);
          }
          Op op = new Op.Pad(mode, pads, mode.equals("constant") ? 0.5 : 0);
          return OperatorCase.of("Pad " + seed + " " + op, op, random.tensor(IMAGE));
        });
  }

  static Stream<OperatorCase> integers() {
    Tensor x = Tensor.longs(new int[] {2, 3}, 1, 2, 3, 4, 5, 6);
    Op slice = new Op.Slice(List.of(-1L), List.of(-9L), List.of(1), List.of(-1L));
    Op pad = new Op.Pad("constant", List.of(0, 1, 0, 1), 7);
    Tensor bytes = Tensor.of(DataType.UINT8, new int[] {1, 1, 2, 2}, 1, 2, 3, 255);
    return Stream.of(
        OperatorCase.of("Slice of integers", slice, x),
        OperatorCase.of("Pad of integers", pad, x),
        OperatorCase.of("Reshape of bytes", new Op.Reshape(List.of(4L), false), bytes));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"fixedCases", "slices", "pads", "integers"})
  void operator_onLibtorch_agreesWithOnnxRuntime(OperatorCase operator) {
    operator.check();
  }
}
