package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Tensor;
import io.espalier.torch.Mode;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class BudgetShiftTest {
  private static final DynamicNet NET =
      Samples.gated(Samples.zoo("resnet8"), GateOptions.of(Variant.SANP));
  private static final Tensor IMAGES = Samples.images(NET.graph(), 40);

  private static double[] biases(DynamicNet net) {
    return net.channelGates().stream()
        .flatMapToDouble(
            gate -> Arrays.stream(net.graph().weight(gate.saliency().bias()).toDoubles()))
        .toArray();
  }

  /** By how much every saliency of {@code net} lies above that of {@link #NET}. */
  private static double shift(DynamicNet net) {
    double[] before = biases(NET);
    double[] after = biases(net);
    double shift = after[0] - before[0];
    for (int i = 0; i < after.length; i++) {
      assertEquals(shift, after[i] - before[i], 1e-6);
    }
    return shift;
  }

  private static double measured(DynamicNet net) {
    double[] share = new double[1];
    DynamicCost cost = DynamicCost.of(net);
    GateTrace trace =
        new GateTrace(net, (gates, samples) -> share[0] = CostOfBatch.share(cost, gates).item());
    Samples.onTorch(net.graph(), IMAGES, Mode.EVAL, trace);
    return share[0];
  }

  @Test
  void halving_byHand() {
    // 0.05, 0.025, 0.0375, 0.03125, 0.028125 are further than 0.002 * 0.53 from 0.03.
    ToDoubleFunction<DynamicNet> cost = net -> 0.5 + shift(net);
    assertEquals(0.0296875, shift(BudgetShift.meet(NET, 0.53, 0.1, cost)), 1e-6);
    assertEquals(-0.0296875, shift(BudgetShift.meet(NET, 0.47, 0.1, cost)), 1e-6);
  }

  @Test
  void cost_ofRealImages_meetsTheBudget() {
    double before = measured(NET);
    for (double budget : new double[] {before + 0.05, before - 0.05}) {
      DynamicNet met = BudgetShift.meet(NET, budget, 0.5, BudgetShiftTest::measured);
      assertEquals(budget, measured(met), 0.01);
      assertTrue(Math.abs(before - measured(met)) > 0.03);
      assertEquals(Math.signum(budget - before), Math.signum(shift(met)));
    }
  }

  @Test
  void stepsOfTheCost_giveTheNearest() {
    ToDoubleFunction<DynamicNet> step = net -> shift(net) < 0.04 ? 0.3 : 0.5;
    assertSame(NET, BudgetShift.meet(NET, 0.38, 0.1, step));
    assertEquals(0.05, shift(BudgetShift.meet(NET, 0.42, 0.1, step)), 1e-6);
  }

  @Test
  void budgetOutOfReach_endsAtTheLargestShift() {
    double found = shift(BudgetShift.meet(NET, 0.9, 0.1, net -> 0.2 + shift(net)));
    assertTrue(found > 0.099 && found <= 0.1, "shift " + found);
  }

  @Test
  void costNearTheBudget_changesNothing() {
    assertSame(NET, BudgetShift.meet(NET, 0.5, 0.1, net -> 0.5005));
  }

  @Test
  void gatesWithoutThresholdOrBias_doNotFit() {
    GateOptions options = GateOptions.of(Variant.SANP);
    GateOptions noBias = options.withSaliency(options.saliency().withBias(OptionalDouble.empty()));
    assertTrue(BudgetShift.fits(NET));
    assertTrue(BudgetShift.fits(inserted(GateOptions.of(Variant.STATIC))));
    assertFalse(BudgetShift.fits(inserted(noBias)));
    assertFalse(BudgetShift.fits(inserted(GateOptions.of(Variant.FIXED_K))));
    assertFalse(BudgetShift.fits(inserted(GateOptions.of(Variant.FBS))));
    assertFalse(BudgetShift.fits(inserted(GateOptions.of(Variant.CHANNEL_GATING))));
  }

  private static DynamicNet inserted(GateOptions options) {
    return DynamicNet.insert(Samples.zoo("resnet8"), options);
  }
}
