package io.espalier.method.gate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CodeLayerTest {
  private static final CodeSource MAPS =
      new CodeSource(0, "x", List.of(0L, 1L, 2L), List.of(2L, 0L), List.of(8L, 9L));

  private static DeviceTensor doubles(double[] values, int... shape) {
    return DeviceTensor.of(Tensor.of(DataType.DOUBLE, shape, values));
  }

  private static double[] random(long seed, int count) {
    return new SplittableRandom(seed).doubles(count, -1, 1).toArray();
  }

  /** z = W f + b = (1.5, 1); v = (sigmoid(3), sigmoid(2)). */
  @Test
  void code_byHand_isTheScaledSigmoid() {
    try (Scope scope = Scope.open()) {
      DeviceTensor weight = doubles(new double[] {1, 0, 0, 2}, 2, 2);
      DeviceTensor bias = doubles(new double[] {0.5, -1}, 2);
      DeviceTensor features = doubles(new double[] {1, 1}, 2);
      double[] code = CodeLayer.code(weight, bias, features, 2).toDoubles();
      assertArrayEquals(new double[] {1 / (1 + Math.exp(-3)), 1 / (1 + Math.exp(-2))}, code, 1e-15);
    }
  }

  @Test
  void code_ofLargeAlpha_isZeroOrOne() {
    try (Scope scope = Scope.open()) {
      DeviceTensor weight = doubles(new double[] {1, -1, 1e-3}, 3, 1);
      DeviceTensor bias = doubles(new double[] {0, 0, 0}, 3);
      double[] code = CodeLayer.code(weight, bias, doubles(new double[] {1}, 1), 1e6).toDoubles();
      assertArrayEquals(new double[] {1, 0, 1}, code, 0);
    }
  }

  /** Means over the batch, channels 2 and 0, the largest of each 2x2; column 8 is left over. */
  @Test
  void features_ofLargeMaps_areMeansThenMaxima() {
    double[] x = random(3, 2 * 3 * 8 * 9);
    double[] expected = new double[2 * 4 * 4];
    for (int i = 0; i < expected.length; i++) {
      int channel = i / 16 == 0 ? 2 : 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int inner = 0; inner < 4; inner++) {
        int row = 2 * (i / 4 % 4) + inner / 2;
        int at = channel * 72 + row * 9 + 2 * (i % 4) + inner % 2;
        most = Math.max(most, (x[at] + x[at + 216]) / 2);
      }
      expected[i] = most;
    }
    assertEquals(expected.length, MAPS.width());
    try (Scope scope = Scope.open()) {
      double[] features = MAPS.features(doubles(x, 2, 3, 8, 9)).toDoubles();
      assertArrayEquals(expected, features, 1e-15);
    }
  }

  @Test
  void features_ofSmallMaps_areNotPooled() {
    CodeSource small = new CodeSource(0, "x", List.of(0L, 1L, 2L), List.of(0L), List.of(7L, 7L));
    assertEquals(49, small.width());
    double[] x = random(4, 49);
    try (Scope scope = Scope.open()) {
      assertArrayEquals(x, small.features(doubles(x, 1, 1, 7, 7)).toDoubles(), 0);
    }
  }

  /** The loss sum(c x v(x)), through the batch mean, the pooling, the code and the product. */
  @Test
  void gradients_throughMeanCodeAndProduct_areDifferenceQuotients() {
    double[] x = random(5, 2 * 3 * 8 * 9);
    double[] weight = random(6, 2 * 32);
    double[] bias = random(7, 2);
    double[][] at = {x, weight, bias};
    try (Scope scope = Scope.open()) {
      DeviceTensor[] leaves = leaves(at);
      List<DeviceTensor> slopes = DeviceTensor.gradients(loss(leaves), List.of(leaves));
      for (int leaf = 0; leaf < at.length; leaf++) {
        double[] slope = slopes.get(leaf).toDoubles();
        for (int i = 0; i < slope.length; i += Math.max(1, slope.length / 37)) {
          assertEquals(quotient(at, leaf, i), slope[i], 1e-7, "leaf %d at %d".formatted(leaf, i));
        }
      }
    }
  }

  private static DeviceTensor[] leaves(double[][] at) {
    return new DeviceTensor[] {
      doubles(at[0], 2, 3, 8, 9).requiresGrad(true),
      doubles(at[1], 2, 32).requiresGrad(true),
      doubles(at[2], 2).requiresGrad(true)
    };
  }

  private static DeviceTensor loss(DeviceTensor[] leaves) {
    DeviceTensor code = CodeLayer.code(leaves[1], leaves[2], MAPS.features(leaves[0]), 0.7);
    DeviceTensor own = leaves[0].indexSelect(1, 2, 0).mul(code.reshape(1, 2, 1, 1));
    return own.mul(doubles(random(8, 2 * 2 * 72), 2, 2, 8, 9)).sum();
  }

  private static double quotient(double[][] at, int leaf, int index) {
    double step = 1e-6;
    double[] ends = new double[2];
    for (int side = 0; side < 2; side++) {
      double[][] moved = Arrays.stream(at).map(double[]::clone).toArray(double[][]::new);
      moved[leaf][index] += side == 0 ? step : -step;
      ends[side] = loss(leaves(moved)).item();
    }
    return (ends[0] - ends[1]) / (2 * step);
  }

  @Test
  void firstWeights_haveTheDeviationOfThePaper() {
    try (CodeLayer layer = new CodeLayer(64, 200, 10, new SplittableRandom(1))) {
      double[] values = layer.parameters().get("weight").toDoubles();
      double square = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
      assertEquals(10 * Math.sqrt(2.0 / 200), Math.sqrt(square), 0.02);
      assertEquals(0, Arrays.stream(layer.parameters().get("bias").toDoubles()).sum());
    }
  }

  @Test
  void load_takesOverWeights() {
    try (CodeLayer layer = new CodeLayer(1, 2, 10, new SplittableRandom(1));
        Scope scope = Scope.open()) {
      CodeLayer.load(
          layer.parameters(),
          Map.of(
              "weight", Tensor.floats(new int[] {1, 2}, 1, 2),
              "bias", Tensor.floats(new int[] {1}, -5)));
      assertEquals(0.5, layer.code(DeviceTensor.of(new float[] {1, 2}, 2), 3).item());
    }
  }
}
