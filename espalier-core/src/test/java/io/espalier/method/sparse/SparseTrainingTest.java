package io.espalier.method.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.method.MethodProvider;
import io.espalier.method.Settings;
import io.espalier.train.TrainOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparseTrainingTest {
  private static final TrainOptions BASE = TrainOptions.defaults().withBatchSize(10);

  @Test
  void options_fallToATenthAtHalfAndAtThreeQuarters() {
    TrainOptions options = new SparseTraining(8, 0.1, 1e-4, 3).options(BASE, 1);
    double[] expected = {1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01};
    for (int epoch = 0; epoch < 8; epoch++) {
      assertEquals(expected[epoch], options.schedule().factor(epoch, 8, 8), 1e-12);
    }
    assertEquals(10, options.batchSize());
    assertEquals(BASE.seed() + 1, options.seed());
  }

  /** 100 images in batches of 10, 8 epochs: rates of 10 (4 + 0.2 + 0.02) in all, times 0.5. */
  @Test
  void strength_isRaisedToWhatTheTrainingNeeds() {
    SparseTraining training = new SparseTraining(8, 0.5, 0, 3);
    TrainOptions options = training.options(BASE, 1);
    double way = 0.5 * 10 * (4 + 0.2 + 0.02);
    assertEquals(3 * 0.8 / (2 * way), training.strength(1e-6, 0.8, 2, options, 100), 1e-12);
    assertEquals(7, training.strength(7, 0.8, 2, options, 100));
    assertEquals(10, SparseTraining.momentumSpeed(options.withMomentum(0.9)), 1e-12);
    SparseTraining literal = new SparseTraining(8, 0.5, 0, 0);
    assertEquals(1e-6, literal.strength(1e-6, 0.8, 2, options, 100));
  }

  /** A constant pull of that strength on a parameter under momentum goes as far as it says. */
  @Test
  void momentumSpeed_isThatOfTheOptimiser() {
    double velocity = 0;
    double way = 0;
    for (int step = 0; step < 500; step++) {
      velocity = 0.9 * velocity + 1;
      way += velocity;
    }
    assertEquals(500 * SparseTraining.momentumSpeed(BASE), way, 0.02 * way);
  }

  @ParameterizedTest
  @CsvSource({
    "slimming, epochs, 0",
    "slimming, learning-rate, 0",
    "slimming, weight-decay, -1",
    "slimming, lambda, -1e-9",
    "slimming, share, 1",
    "slimming, share, -0.1",
    "slimming, passes, 0",
    "slimming, reach, -1",
    "ista, epochs, 1000000",
    "ista, rho, -1",
    "ista, alpha, 0",
    "oicsr, lambda, -1",
    "oicsr, threshold, -1",
    "oicsr, passes, 1000"
  })
  void create_settingOutOfRange_isSaidInOneLine(String method, String name, String value) {
    MethodProvider provider =
        List.<MethodProvider>of(new Slimming(), new Ista(), new Oicsr()).stream()
            .filter(p -> p.info().id().equals(method))
            .findFirst()
            .orElseThrow();
    Settings settings = Settings.of(provider.info(), Map.of(name, value));
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> provider.create(settings));
    String message = problem.getMessage();
    assertTrue(message.startsWith("method '%s': %s must be ".formatted(method, name)), message);
    assertEquals(1, message.lines().count());
  }
}
