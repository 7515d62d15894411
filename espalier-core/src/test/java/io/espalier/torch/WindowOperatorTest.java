package io.espalier.torch;

import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions and pooling against ONNX Runtime. */
class WindowOperatorTest {
  static Stream<OperatorCase> convolutions() {
    return CaseRandom.cases(60, WindowOperatorTest::convolution);
  }

  private static OperatorCase convolution(long seed) {
    CaseRandom random = new CaseRandom(seed);
    int rank = random.oneOf(1, 2, 2, 2, 3);
    Window window = random.window(rank, true);
    int groups = random.oneOf(1, 1, 2, 3);
    int in = groups * random.between(1, 2);
    int out = groups * random.between(1, 2);
    Tensor x = random.image(in, rank, 6, 9);
    Tensor weight = random.tensor(CaseRandom.shape(out, in / groups, window.kernel()));
    Op op = new Op.Conv(window, groups);
    String name = "Conv " + seed + " " + window;
    return random.chance(0.5)
        ? OperatorCase.of(name, op, x, weight, random.tensor(out))
        : OperatorCase.of(name, op, x, weight);
  }

  static Stream<OperatorCase> transposedConvolutions() {
    return CaseRandom.cases(60, WindowOperatorTest::transposed);
  }

  private static OperatorCase transposed(long seed) {
    CaseRandom random = new CaseRandom(1000 + seed);
    int rank = random.oneOf(1, 2, 2, 2, 3);
    Window window = random.window(rank, true);
    int groups = random.oneOf(1, 1, 2);
    int in = groups * random.between(1, 2);
    int outPerGroup = random.between(1, 2);
    Tensor x = random.image(in, rank, 4, 6);
    Tensor weight = random.tensor(CaseRandom.shape(in, outPerGroup, window.kernel()));
    List<Integer> padding = List.of();
    List<Integer> wanted = List.of();
    if (random.chance(0.3)) {
      padding = window.strides().stream().map(stride -> random.between(0, stride - 1)).toList();
    } else if (random.chance(0.4)) {
      wanted = reachable(window, x, random);
      window =
          new Window(
              window.kernel(),
              window.strides(),
              window.dilations(),
              Collections.nCopies(2 * rank, 0),
              window.autoPad() == Window.AutoPad.VALID ? Window.AutoPad.NOTSET : window.autoPad());
    }
    Op op = new Op.ConvTranspose(window, groups, padding, wanted);
    String name = "ConvTranspose " + seed + " " + op;
    return random.chance(0.5)
        ? OperatorCase.of(name, op, x, weight, random.tensor(groups * outPerGroup))
        : OperatorCase.of(name, op, x, weight);
  }

  /** The unpadded size, or one or two less. */
  private static List<Integer> reachable(Window window, Tensor x, CaseRandom random) {
    List<Integer> sizes = new ArrayList<>();
    for (int axis = 0; axis < window.rank(); axis++) {
      int whole = window.strides().get(axis) * (x.size(axis + 2) - 1) + (int) window.extent(axis);
      sizes.add(whole - random.between(0, (int) window.extent(axis) - 1));
    }
    return sizes;
  }

  static Stream<OperatorCase> maximumPools() {
    return CaseRandom.cases(
        80,
        seed -> {
          CaseRandom random = new CaseRandom(2000 + seed);
          int rank = random.oneOf(1, 2, 2, 2, 3);
          Op op = new Op.MaxPool(random.window(rank, true), random.chance(0.5));
          return OperatorCase.of("MaxPool " + seed + " " + op, op, random.image(3, rank, 6, 9));
        });
  }

  static Stream<OperatorCase> averagePools() {
    return CaseRandom.cases(
        80,
        seed -> {
          CaseRandom random = new CaseRandom(3000 + seed);
          int rank = random.oneOf(1, 2, 2, 2, 3);
          Op op =
              new Op.AveragePool(random.window(rank, true), random.chance(0.5), random.chance(0.5));
          return OperatorCase.of("AveragePool " + seed + " " + op, op, random.image(3, rank, 6, 9));
        });
  }

  static Stream<OperatorCase> globalPools() {
    return CaseRandom.cases(
        6,
        seed -> {
          CaseRandom random = new CaseRandom(4000 + seed);
          Tensor x = random.image(3, 1 + (int) seed % 3, 2, 5);
          return OperatorCase.of("GlobalPool " + seed, new Op.GlobalPool(seed > 2), x);
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "convolutions",
    "transposedConvolutions",
    "maximumPools",
    "averagePools",
    "globalPools"
  })
  void operator_onLibtorch_agreesWithOnnxRuntime(OperatorCase operator) {
    operator.check();
  }
}
