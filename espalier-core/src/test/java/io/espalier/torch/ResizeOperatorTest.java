package io.espalier.torch;

import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Resize in every mode against ONNX Runtime. */
class ResizeOperatorTest {
  private static final int[] IMAGE = {2, 3, 5, 6};
  private static final List<List<Double>> SCALES =
      List.of(
          List.of(1.0, 1.0, 2.0, 2.0),
          List.of(1.0, 1.0, 3.0, 2.0),
          List.of(1.0, 1.0, 0.5, 0.75),
          List.of(1.0, 1.0, 1.25, 2.6));
  private static final List<Long> SIZES = List.of(2L, 3L, 7L, 9L);

  private static List<Op> every(String mode, String coordinates, String nearest) {
    List<Op> ops = new ArrayList<>();
    for (List<Double> scales : SCALES) {
      List<Double> floats = scales.stream().map(scale -> (double) scale.floatValue()).toList();
      ops.add(new Op.Resize(mode, coordinates, nearest, -0.75, false, floats, List.of()));
    }
    ops.add(new Op.Resize(mode, coordinates, nearest, -0.75, false, List.of(), SIZES));
    if (mode.equals("cubic")) {
      ops.add(new Op.Resize(mode, coordinates, nearest, -0.5, true, List.of(), SIZES));
    }
    return ops;
  }

  static Stream<OperatorCase> cases() {
    List<Op> ops = new ArrayList<>();
    List<String> coordinates =
        List.of(
            "half_pixel",
            "half_pixel_symmetric",
            "pytorch_half_pixel",
            "align_corners",
            "asymmetric");
    for (String coordinate : coordinates) {
      ops.addAll(every("linear", coordinate, "floor"));
      ops.addAll(every("cubic", coordinate, "floor"));
      for (String nearest : List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")) {
        ops.addAll(every("nearest", coordinate, nearest));
      }
    }
    Tensor x = new CaseRandom(1).tensor(IMAGE);
    return ops.stream().map(op -> OperatorCase.of(op.toString(), op, x));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void resize_onLibtorch_agreesWithOnnxRuntime(OperatorCase operator) {
    operator.check();
  }
}
