package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import io.espalier.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinarizerTest {
  private static final int DRAWS = 100_000;
  private static final Binarization HARD = Binarization.paper().withSoft(0);

  /** Saliencies -2, -1, 0, 1, 2 with standard normal noise: the sheet's closed forms. */
  @ParameterizedTest
  @CsvSource({"-2, .023, .12", "-1, .159, .21", "0, .5, .25", "1, .841, .21", "2, .977, .12"})
  void gates_ofASaliency_haveTheProbabilityAndTheSlopeOfTheNormalNoise(
      float saliency, double probability, double slope) {
    Torch.seed(3);
    try (Scope scope = Scope.open()) {
      DeviceTensor s = DeviceTensor.full(saliency, DRAWS, 1).requiresGrad(true);
      Binarizer.Gates gates = new Binarizer(HARD, 0).of(s);
      double error = 4 * Math.sqrt(probability * (1 - probability) / DRAWS);
      assertEquals(probability, gates.code().mean().item(), 5e-4 + error);
      gates.code().sum().backward();
      assertEquals(slope, s.grad().mean().item(), 5e-3);
    }
  }

  @Test
  void saturatingSigmoid_hasItsKinksAtLogarithm11() {
    float kink = (float) Math.log(11);
    float[] v = {-3, -kink, -1, 0, 1, kink, 3};
    try (Scope scope = Scope.open()) {
      DeviceTensor x = DeviceTensor.of(v, v.length).requiresGrad(true);
      DeviceTensor y = Binarizer.saturating(x);
      double sigma = 1 / (1 + Math.exp(-1));
      double[] expected = {0, 0, 0.9 - 1.2 * sigma + 0.2, 0.5, 1.2 * sigma - 0.1, 1, 1};
      assertArrayEquals(expected, y.toHost().toDoubles(), 1e-6);
      y.sum().backward();
      float[] slope = x.grad().toFloats();
      assertEquals(0, slope[0]);
      assertEquals(1.2 * sigma * (1 - sigma), slope[2], 1e-6);
      assertEquals(0.3, slope[3], 1e-6);
      assertEquals(0, slope[6]);
    }
  }

  /** A smooth function of the gates: hard ones send back what soft ones send. */
  @Test
  void gradient_ofTheHardHalf_isThatOfTheSoftHalf() {
    try (Scope scope = Scope.open()) {
      float[] hard = gradient(0);
      float[] soft = gradient(1);
      assertArrayEquals(soft, hard);
      assertTrue(IntStream.range(0, 40).anyMatch(i -> hard[i] != 0));
    }
  }

  private static float[] gradient(double soft) {
    Torch.seed(8);
    DeviceTensor s = DeviceTensor.randn(8, 5).requiresGrad(true);
    DeviceTensor upstream = DeviceTensor.randn(8, 5);
    Binarizer.Gates gates = new Binarizer(HARD.withSoft(soft), 0).of(s);
    gates.code().mul(upstream).sum().backward();
    return s.grad().toFloats();
  }

  /** Without noise and with soft gates alone everything is smooth: central differences. */
  @Test
  void gradient_ofTheSoftHalf_isTheDifferenceQuotient() {
    Binarization smooth = Binarization.paper().withNoise(0).withSoft(1);
    float[] at = {-2.2f, -0.7f, 0.1f, 1.9f};
    try (Scope scope = Scope.open()) {
      DeviceTensor s = DeviceTensor.of(at, 1, 4).requiresGrad(true);
      new Binarizer(smooth, 0).of(s).code().sum().backward();
      float[] gradient = s.grad().toFloats();
      for (int i = 0; i < at.length; i++) {
        float[] up = at.clone();
        float[] down = at.clone();
        up[i] += 0.01f;
        down[i] -= 0.01f;
        double slope = (sum(smooth, up) - sum(smooth, down)) / 0.02;
        assertEquals(slope, gradient[i], 1e-4);
      }
    }
  }

  private static double sum(Binarization options, float[] s) {
    return new Binarizer(options, 0).of(DeviceTensor.of(s, 1, s.length)).code().sum().item();
  }

  @Test
  void withoutNoiseAndSoftGates_codesAreTheRule() {
    Binarization quiet = Binarization.paper().withQuiet(0.25);
    try (Scope scope = Scope.open()) {
      DeviceTensor s = DeviceTensor.of(new float[] {-1, 0, 1e-6f, 2}, 1, 4);
      Binarizer.Gates gates = new Binarizer(quiet, 0.75).of(s);
      assertArrayEquals(new float[] {0, 0, 1, 1}, gates.code().toFloats());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PASS", "SAMPLE", "ELEMENT"})
  void softAndHard_areMixedAsAsked(String mix) {
    Torch.seed(4);
    Binarization options = Binarization.paper().withMix(Binarization.Mix.valueOf(mix)).withNoise(0);
    int passesOfBothKinds = 0;
    int rowsOfBothKinds = 0;
    int soft = 0;
    for (int pass = 0; pass < 40; pass++) {
      try (Scope scope = Scope.open()) {
        Binarizer binarizer = new Binarizer(options, 0);
        boolean[] first = isSoft(binarizer);
        boolean[] second = isSoft(binarizer);
        if (!mix.equals("ELEMENT")) {
          assertArrayEquals(first, second, "all layers of a sample go together");
        }
        passesOfBothKinds += mixed(first, 0, 50) ? 1 : 0;
        for (int row = 0; row < 10; row++) {
          rowsOfBothKinds += mixed(first, row * 5, 5) ? 1 : 0;
        }
        for (boolean value : first) {
          soft += value ? 1 : 0;
        }
      }
    }
    assertEquals(1000, soft, mix.equals("PASS") ? 700 : 200);
    assertEquals(mix.equals("PASS") ? 0 : 40, passesOfBothKinds);
    assertEquals(mix.equals("ELEMENT"), rowsOfBothKinds > 300);
    assertEquals(!mix.equals("ELEMENT"), rowsOfBothKinds == 0);
  }

  /** Ten samples of five channels at a saliency of 0.5, whose soft gate is neither 0 nor 1. */
  private static boolean[] isSoft(Binarizer binarizer) {
    float[] codes = binarizer.of(DeviceTensor.full(0.5, 10, 5)).code().toFloats();
    boolean[] soft = new boolean[codes.length];
    for (int i = 0; i < soft.length; i++) {
      soft[i] = codes[i] != 1;
    }
    return soft;
  }

  private static boolean mixed(boolean[] all, int from, int count) {
    boolean[] part = Arrays.copyOfRange(all, from, from + count);
    return IntStream.range(1, count).anyMatch(i -> part[i] != part[0]);
  }

  @Test
  void noise_followsItsCourse() {
    Binarization falling =
        Binarization.paper().withNoise(2).withCourse(Binarization.Course.TO_ZERO).withQuiet(0.2);
    assertEquals(2, falling.noiseAt(0));
    assertEquals(1, falling.noiseAt(0.4), 1e-12);
    assertEquals(0, falling.noiseAt(0.8));
    assertEquals(0.5, falling.softAt(0.79));
    assertEquals(0, falling.softAt(0.8));
    assertEquals(1, Binarization.paper().noiseAt(0.999));
    assertThrows(IllegalArgumentException.class, () -> Binarization.paper().withNoise(-1));
    assertThrows(IllegalArgumentException.class, () -> Binarization.paper().withSoft(1.1));
    assertThrows(IllegalArgumentException.class, () -> Binarization.paper().withQuiet(Double.NaN));
  }

  /** One noise and one draw for all channels of a block, and others for the next one. */
  @Test
  void channelsOfABlock_shareTheirNoise() {
    Binarization noisy =
        Binarization.paper().withNoise(1).withSoft(0.5).withMix(Binarization.Mix.ELEMENT);
    try (Scope scope = Scope.open()) {
      Torch.seed(3);
      DeviceTensor saliency = DeviceTensor.zeros(50, 6);
      Binarizer.Gates gates = new Binarizer(noisy, 0).of(saliency, 3);
      for (DeviceTensor made : List.of(gates.code(), gates.gate(), gates.noisy())) {
        float[] values = made.toFloats();
        int different = 0;
        for (int row = 0; row < 50; row++) {
          for (int c = 0; c < 6; c++) {
            assertEquals(values[6 * row + c / 3 * 3], values[6 * row + c]);
          }
          different += values[6 * row] == values[6 * row + 3] ? 0 : 1;
        }
        assertTrue(different > 20);
      }
    }
  }
}
