package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two samples; layers of 3 and 2 gated channels behind an ungated one of 4. */
class CostTermTest {
  private static final DynamicCost COST =
      DynamicCost.of(DynamicNet.insert(Chains.of(1, 4, 3, 2), GateOptions.of(Variant.SANP)));
  private static final float[] FIRST = {1, -2, 0.5f, 3, -1, 0};
  private static final float[] SECOND = {-4, 1, 2, 0.25f};
  private static final Binarization SMOOTH = Binarization.paper().withNoise(0).withSoft(1);

  @ParameterizedTest
  @CsvSource({
    // (|1|+|2|+|.5|+|3|+|1| + 4+1+2+.25) / 2 samples, and over 5 channels
    "ABSOLUTE, 7.375, 1.475",
    "POSITIVE, 3.875, 0.775",
    "SIGNED, 0.375, 0.075"
  })
  void sum_ofSaliencies_byHand(CostTerm term, double sum, double mean) {
    assertEquals(sum, value(term, false), 1e-6);
    assertEquals(mean, value(term, true), 1e-6);
  }

  @Test
  void gates_areTheSaturatingSigmoids() {
    double sum = 0;
    for (float s : FIRST) {
      sum += v1(s);
    }
    for (float s : SECOND) {
      sum += v1(s);
    }
    assertEquals(sum / 2, value(CostTerm.GATES, false), 1e-5);
    assertEquals(sum / 10, value(CostTerm.GATES, true), 1e-5);
  }

  /**
   * First layer 9*1*4*64 = 2304; second 9*4*16 = 576 a channel; third 9*16 = 144 a pair; classifier
   * 4 a channel; saliencies 8*(4+3) + 8*(3+2) = 96.
   */
  @Test
  void macs_areExpectedThroughTheGates_byHand() {
    double total = 2304 + 576 * 3 + 144 * 6 + 4 * 2;
    double macs = 0;
    double smooth = 0;
    for (int n = 0; n < 2; n++) {
      double a = 0;
      double b = 0;
      double c = 0;
      double d = 0;
      for (int i = 0; i < 3; i++) {
        a += v1(FIRST[3 * n + i]);
        c += sigmoid(FIRST[3 * n + i]);
      }
      for (int i = 0; i < 2; i++) {
        b += v1(SECOND[2 * n + i]);
        d += sigmoid(SECOND[2 * n + i]);
      }
      macs += (2304 + 576 * a + 144 * a * b + 4 * b + 96) / 2;
      smooth += (2304 + 576 * c + 144 * c * d + 4 * d + 96) / 2;
    }
    assertEquals(macs / total, value(CostTerm.MACS, true), 1e-5);
    // As a sum, the share counts for each of the 5 gated channels.
    assertEquals(5 * macs / total, value(CostTerm.MACS, false), 1e-5);
    assertEquals(smooth / total, value(CostTerm.SMOOTH_MACS, true), 1e-5);
  }

  /**
   * With c of 3 and d of 2 channels in use: second layer 2304 * 3 pairs at most, of which (1 +
   * (c/3)^2) / 2; third 144 * 6, ((c/3)^2 + (d/2)^2) / 2; classifier 8, ((d/2)^2 + 1) / 2.
   */
  @Test
  void evenMacs_areMeansOfSquares_byHand() {
    double total = 2304 + 576 * 3 + 144 * 6 + 4 * 2;
    double sum = 0;
    for (int n = 0; n < 2; n++) {
      double c = 0;
      double d = 0;
      for (int i = 0; i < 3; i++) {
        c += sigmoid(FIRST[3 * n + i]) / 3;
      }
      for (int i = 0; i < 2; i++) {
        d += sigmoid(SECOND[2 * n + i]) / 2;
      }
      sum += 2304 + 1728 * (1 + c * c) / 2 + 864 * (c * c + d * d) / 2 + 8 * (d * d + 1) / 2 + 96;
    }
    assertEquals(sum / 2 / total, value(CostTerm.EVEN_MACS, true), 1e-5);
    assertEquals(5 * sum / 2 / total, value(CostTerm.EVEN_MACS, false), 1e-5);
    assertTrue(value(CostTerm.EVEN_MACS, true) > value(CostTerm.SMOOTH_MACS, true));
    assertEquals(0, gradient(CostTerm.EVEN_MACS)[1]);
  }

  /**
   * The wider layer is pushed the harder, where the product pushes the narrower one. Two layers of
   * the same size between two that are whole, so that only the product of their gates differs.
   */
  @Test
  void evenMacs_pushTheWiderOfTwoNeighbours() {
    DynamicCost cost =
        DynamicCost.of(DynamicNet.insert(Chains.of(1, 4, 4, 4, 4), GateOptions.of(Variant.SANP)));
    float[] product = pushes(CostTerm.SMOOTH_MACS, cost);
    float[] even = pushes(CostTerm.EVEN_MACS, cost);
    assertTrue(product[0] < product[1], Arrays.toString(product));
    assertTrue(even[0] > even[1], Arrays.toString(even));
  }

  /** Slopes of a wide and a narrow layer, both of saliencies with the same slope of the sigmoid. */
  private static float[] pushes(CostTerm term, DynamicCost cost) {
    try (Scope scope = Scope.open()) {
      List<DeviceTensor> layers =
          Stream.of(1f, -1f, 1f)
              .map(s -> DeviceTensor.of(new float[] {s, s, s, s}, 1, 4).requiresGrad(true))
              .toList();
      Binarizer binarizer = new Binarizer(SMOOTH, 0);
      List<Binarizer.Gates> gates = layers.stream().map(binarizer::of).toList();
      term.of(cost, layers, gates, 12, true, true).backward();
      return new float[] {layers.get(0).grad().toFloats()[0], layers.get(1).grad().toFloats()[0]};
    }
  }

  /** A gate that is shut for good gets no gradient from MACS, and one from SMOOTH_MACS. */
  @Test
  void gradient_ofAShutGate_needsTheSmoothTerm() {
    assertEquals(0, gradient(CostTerm.MACS)[1]);
    assertTrue(gradient(CostTerm.SMOOTH_MACS)[1] > 0);
    assertTrue(gradient(CostTerm.MACS)[0] > 0);
    // The L1 norm pulls to 0 from both sides, so it opens a shut gate rather than the contrary.
    assertArrayEquals(new float[] {0.1f, -0.1f}, gradient(CostTerm.ABSOLUTE), 1e-7f);
  }

  /** Channels that share a saliency push it no more than if there were one of them. */
  @Test
  void saliencyOfABlock_countsOnce() {
    try (Scope scope = Scope.open()) {
      DeviceTensor shared = DeviceTensor.of(new float[] {2, 2, 2, -1, -1, -1}, 1, 6);
      List<Binarizer.Gates> gates = List.of(new Binarizer(SMOOTH, 0).of(shared));
      DynamicCost cost =
          DynamicCost.of(DynamicNet.insert(Chains.of(1, 4, 6), GateOptions.of(Variant.SANP)));
      CostTerm sum = CostTerm.ABSOLUTE;
      assertEquals(3, sum.of(cost, List.of(shared), gates, 2, false, true).item(), 1e-6);
      assertEquals(1.5, sum.of(cost, List.of(shared), gates, 2, true, true).item(), 1e-6);
      CostTerm share = CostTerm.MACS;
      double mean = share.of(cost, List.of(shared), gates, 2, true, true).item();
      assertEquals(2 * mean, share.of(cost, List.of(shared), gates, 2, false, true).item(), 1e-5);
    }
  }

  /** Of saliencies 1 and -5: the shut one is pushed no further, and pushed back. */
  @Test
  void gradient_ofADecidedGate_dependsOnTheSide() {
    assertEquals(0, gradient(CostTerm.HELD_MACS, true)[1]);
    assertTrue(gradient(CostTerm.HELD_MACS, false)[1] > 0);
    assertTrue(gradient(CostTerm.HELD_MACS, true)[0] > 0);
    assertTrue(gradient(CostTerm.HELD_MACS, false)[0] > 0);
  }

  /** v1 is 0 or 1 beyond ln 11, where the sigmoid's slope is 11/12 * 1/12. */
  @Test
  void held_isTheSigmoid_pushedBackFromWhereItIsDecided_andNoFurther() {
    float edge = 11 / 144f;
    assertArrayEquals(new float[] {0, 0.25f, edge}, heldSlopes(true), 1e-6f);
    assertArrayEquals(new float[] {edge, 0.25f, 0}, heldSlopes(false), 1e-6f);
  }

  private static float[] heldSlopes(boolean closing) {
    float[] values = {-5, 0, 7};
    try (Scope scope = Scope.open()) {
      DeviceTensor v = DeviceTensor.of(values, 1, 3);
      v.requiresGrad(true);
      DeviceTensor held = CostTerm.held(v, closing);
      for (int i = 0; i < 3; i++) {
        assertEquals(sigmoid(values[i]), held.toFloats()[i], 1e-6);
      }
      held.sum().backward();
      return v.grad().toFloats();
    }
  }

  private static float[] gradient(CostTerm term) {
    return gradient(term, true);
  }

  private static float[] gradient(CostTerm term, boolean closing) {
    try (Scope scope = Scope.open()) {
      DeviceTensor first = DeviceTensor.of(new float[] {1, -5, 1, 1, 1, 1}, 2, 3);
      first.requiresGrad(true);
      value(term, true, closing, first, DeviceTensor.of(SECOND, 2, 2)).backward();
      float[] all = first.grad().toFloats();
      return new float[] {all[0], all[1]};
    }
  }

  private static double value(CostTerm term, boolean normalised) {
    try (Scope scope = Scope.open()) {
      DeviceTensor first = DeviceTensor.of(FIRST, 2, 3);
      return value(term, normalised, true, first, DeviceTensor.of(SECOND, 2, 2)).item();
    }
  }

  private static DeviceTensor value(
      CostTerm term, boolean normalised, boolean closing, DeviceTensor first, DeviceTensor second) {
    Binarizer binarizer = new Binarizer(SMOOTH, 0);
    List<Binarizer.Gates> gates = List.of(binarizer.of(first), binarizer.of(second));
    return term.of(COST, List.of(first, second), gates, 5, normalised, closing);
  }

  private static double v1(double s) {
    return Math.max(0, Math.min(1, 1.2 * sigmoid(s) - 0.1));
  }

  private static double sigmoid(double s) {
    return 1 / (1 + Math.exp(-s));
  }
}
