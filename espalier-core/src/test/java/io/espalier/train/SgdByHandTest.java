package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.torch.Scope;
import io.espalier.torch.Sgd;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One weight w = 1 whose loss is 2 w, so that its gradient is always 2; rate 0.1. */
class SgdByHandTest {
  @Test
  void plain_followsTheGradient() {
    // 1 - 0.1 * 2 = 0.8, then 0.6.
    assertWeights(new Sgd.Options(0, false), 0, 0.8, 0.6);
  }

  @Test
  void momentum_accumulates() {
    // b = 2, 3.8, 5.42: w = 0.8, 0.42, -0.122.
    assertWeights(new Sgd.Options(0.9, false), 0, 0.8, 0.42, -0.122);
  }

  @Test
  void nesterov_looksAhead() {
    // g + 0.9 b with b as above: 3.8, 5.42, 6.878.
    assertWeights(new Sgd.Options(0.9, true), 0, 0.62, 0.078, -0.6098);
  }

  @Test
  void weightDecay_pullsToZero() {
    // g = 2 + 0.5 w: 2.5, then 2 + 0.5 * 0.75 = 2.375.
    assertWeights(new Sgd.Options(0, false), 0.5, 0.75, 0.5125);
  }

  @Test
  void state_loaded_goesOnAsBefore() {
    try (Scope scope = Scope.open();
        DeviceTensor weight = weight(1);
        Sgd first = sgd(weight, new Sgd.Options(0.9, false), 0);
        DeviceTensor copy = weight(0.8f);
        Sgd second = sgd(copy, new Sgd.Options(0.9, false), 0)) {
      step(weight, first);
      Map<String, Tensor> state = first.state();
      second.load(state);
      step(copy, second);
      assertEquals(0.42, copy.item(), 1e-6);
    }
  }

  @Test
  void clipping_scalesAllGradientsTogether() {
    try (Scope scope = Scope.open()) {
      DeviceTensor one = weight(1);
      DeviceTensor two = weight(1);
      one.mul(3).add(two.mul(4)).sum().backward();
      assertEquals(5, Losses.clipGradientNorm(List.of(one, two), 1), 1e-6);
      assertEquals(0.6, one.grad().item(), 1e-5);
      assertEquals(0.8, two.grad().item(), 1e-5);
      assertEquals(1, Losses.clipGradientNorm(List.of(one, two), 2), 1e-5);
      assertEquals(0.6, one.grad().item(), 1e-5);
    }
  }

  private static void assertWeights(Sgd.Options options, double decay, double... expected) {
    try (Scope scope = Scope.open();
        DeviceTensor weight = weight(1);
        Sgd sgd = sgd(weight, options, decay)) {
      for (double value : expected) {
        step(weight, sgd);
        assertEquals(value, weight.item(), 1e-6);
      }
    }
  }

  private static void step(DeviceTensor weight, Sgd sgd) {
    sgd.zeroGrad();
    weight.mul(2).sum().backward();
    sgd.step(0.1);
  }

  private static DeviceTensor weight(float value) {
    return DeviceTensor.of(new float[] {value}, 1).requiresGrad(true);
  }

  private static Sgd sgd(DeviceTensor weight, Sgd.Options options, double decay) {
    return new Sgd(Map.of("w", weight), options, name -> decay);
  }
}
