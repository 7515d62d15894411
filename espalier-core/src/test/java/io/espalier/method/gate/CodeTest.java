package io.espalier.method.gate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CodeTest {
  private static final CodeSource POINTS =
      new CodeSource(0, "x", List.of(0L), List.of(0L, 1L, 2L, 3L), List.of());
  private static final CodeOptions OPTIONS = new CodeOptions(1, 1, 0.25, 0.5, 10, true, 2, 10);

  /** A code that does not look at its features: v = sigmoid(bias). */
  private static Code constant(double r, float... bias) {
    Code code = new Code("test", List.of(POINTS), 4, r, OPTIONS, new SplittableRandom(1));
    CodeLayer.load(
        code.layer(0).parameters(),
        Map.of(
            "weight",
            Tensor.floats(new int[] {4, 4}, new float[16]),
            "bias",
            Tensor.floats(new int[] {4}, bias)));
    return code;
  }

  private static void look(Code code, double done) {
    code.encode("x", DeviceTensor.ones(3, 4), done);
    code.observe(done);
  }

  /** |v|_1 = 4 sigmoid(b): at b = -1 that is r C for r = sigmoid(-1), which is not one half. */
  @Test
  void penalty_isLeastWhereTheCodesAddUpToTheWantedShare() {
    double r = 1 / (1 + Math.exp(1));
    for (float off : new float[] {-0.1f, 0, 0.1f}) {
      float b = off - 1;
      try (Code code = constant(r, b, b, b, b);
          Scope scope = Scope.open()) {
        code.encode("x", DeviceTensor.ones(3, 4), 0);
        DeviceTensor penalty = code.penalty();
        double miss = 1 / (1 + Math.exp(-b)) - r;
        assertEquals(10 * miss * miss, penalty.item(), 1e-7);
        penalty.backward();
        double slope = code.layer(0).parameters().get("bias").grad().toDoubles()[0];
        // 2 lambda (|v|_1 / C - r) times the derivative of one code over C.
        double each = (miss + r) * (1 - miss - r) / 4;
        assertEquals(2 * 10 * miss * each, slope, 1e-6);
        assertEquals(Math.signum(off), Math.abs(slope) < 1e-6 ? 0 : Math.signum(slope));
      }
    }
  }

  /** Three of four codes are ones: r_b = 0.75, and lambda = 100 |0.75 - r|. */
  @Test
  void lambda_followsTheDistanceFromTheWantedShare() {
    for (double r : new double[] {0.75, 0.5}) {
      try (Code code = constant(r, 3, 3, 3, -3);
          Scope scope = Scope.open()) {
        assertEquals(10, code.lambda());
        look(code, 0);
        assertEquals(10, code.lambda(), "after one look of two");
        look(code, 0);
        assertEquals(r == 0.75 ? 0 : 25, code.lambda(), 1e-12);
        code.encode("x", DeviceTensor.ones(3, 4), 0);
        assertEquals(r == 0.75, code.penalty().item() == 0);
      }
    }
  }

  @Test
  void code_isOneForAllImagesOfABatch_andDependsOnTheBatch() {
    try (Code code = new Code("test", List.of(POINTS), 4, 0.5, OPTIONS, new SplittableRandom(1));
        Scope scope = Scope.open()) {
      float[] x = {.1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f};
      code.encode("x", DeviceTensor.of(x, 2, 4), 0);
      double[] both = code.current().toDoubles();
      assertArrayEquals(new long[] {4}, code.current().shape());
      code.encode("x", DeviceTensor.of(new float[] {.3f, .4f, .5f, .6f}, 1, 4), 0);
      assertArrayEquals(both, code.current().toDoubles(), 1e-6, "the mean image");
      code.encode("x", DeviceTensor.of(new float[] {.1f, .2f, .3f, .4f}, 1, 4), 0);
      assertTrue(Math.abs(both[0] - code.current().toDoubles()[0]) > 1e-3);
    }
  }

  @Test
  void restore_goesOnFromWhatWasSaved() {
    try (Code first = constant(0.5, 3, 1, 0.5f, -3);
        Code second = constant(0.5, 3, 1, 0.5f, -3);
        Scope scope = Scope.open()) {
      for (int i = 0; i < 5; i++) {
        look(first, 0.6);
      }
      second.restore(first.save());
      assertEquals(first.save(), second.save());
      look(first, 0.8);
      look(second, 0.8);
      assertEquals(first.save(), second.save());
      assertEquals(first.alpha(0.9), second.alpha(0.9));
    }
  }
}
