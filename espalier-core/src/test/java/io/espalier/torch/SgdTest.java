package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.espalier.graph.Tensor;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The gradient of half the squared weight is the weight itself, so that steps are easy to follow.
 */
class SgdTest {
  private Scope scope;
  private DeviceTensor weight;

  @BeforeEach
  void open() {
    scope = Scope.open();
    weight = DeviceTensor.of(new float[] {1, -2}, 2).requiresGrad(true);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Sgd sgd(double momentum, boolean nesterov, double decay) {
    return new Sgd(Map.of("w", weight), new Sgd.Options(momentum, nesterov), name -> decay);
  }

  private void step(Sgd sgd, double rate) {
    sgd.zeroGrad();
    weight.square().sum().mul(0.5).backward();
    sgd.step(rate);
  }

  @Test
  void momentum_overTwoSteps_followsFormula() {
    try (Sgd sgd = sgd(0.5, false, 0)) {
      step(sgd, 0.1); // b = 1, w = 1 - 0.1 = 0.9
      assertArrayEquals(new float[] {0.9f, -1.8f}, weight.toFloats(), 1e-6f);
      step(sgd, 0.1); // b = 0.5 + 0.9 = 1.4, w = 0.9 - 0.14 = 0.76
      assertArrayEquals(new float[] {0.76f, -1.52f}, weight.toFloats(), 1e-6f);
    }
  }

  @Test
  void nesterov_overTwoSteps_looksAhead() {
    try (Sgd sgd = sgd(0.5, true, 0)) {
      step(sgd, 0.1); // b = 1, w = 1 - 0.1 * (1 + 0.5) = 0.85
      assertArrayEquals(new float[] {0.85f, -1.7f}, weight.toFloats(), 1e-6f);
      step(sgd, 0.1); // b = 0.5 + 0.85 = 1.35, w = 0.85 - 0.1 * (0.85 + 0.675) = 0.6975
      assertArrayEquals(new float[] {0.6975f, -1.395f}, weight.toFloats(), 1e-6f);
    }
  }

  @Test
  void weightDecay_addsShareOfWeightToGradient() {
    try (Sgd sgd = sgd(0, false, 0.5)) {
      step(sgd, 0.1); // g = 1 + 0.5, w = 1 - 0.15
      assertArrayEquals(new float[] {0.85f, -1.7f}, weight.toFloats(), 1e-6f);
    }
  }

  @Test
  void parameter_withoutGradient_staysAsItIs() {
    try (Sgd sgd = sgd(0.9, false, 0.5)) {
      sgd.step(0.1);
      assertArrayEquals(new float[] {1, -2}, weight.toFloats());
      assertEquals(Map.of(), sgd.state());
    }
  }

  @Test
  void state_loadedIntoNewOptimiser_continuesWithSameBits() {
    Tensor saved;
    Map<String, Tensor> state;
    try (Sgd sgd = sgd(0.9, true, 1e-4)) {
      step(sgd, 0.1);
      saved = weight.toHost();
      state = sgd.state();
      step(sgd, 0.1);
    }
    float[] undisturbed = weight.toFloats();
    DeviceTensor.withoutGradients(() -> weight.copyFrom(DeviceTensor.of(saved)));
    try (Sgd sgd = sgd(0.9, true, 1e-4)) {
      sgd.load(state);
      step(sgd, 0.1);
    }
    assertArrayEquals(undisturbed, weight.toFloats());
  }

  @Test
  void state_ofOtherShape_isRefused() {
    try (Sgd sgd = sgd(0.9, false, 0)) {
      Map<String, Tensor> state = Map.of("w", Tensor.floats(new int[] {3}, 1, 2, 3));
      assertThrows(IllegalArgumentException.class, () -> sgd.load(state));
    }
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Sgd.Options(1, false));
    assertThrows(IllegalArgumentException.class, () -> new Sgd.Options(0, true));
  }
}
