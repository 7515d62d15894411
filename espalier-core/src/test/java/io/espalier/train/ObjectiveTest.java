package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.data.Batch;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Losses against values worked out by hand, for two classes. */
class ObjectiveTest {
  /** Logits (ln 3, 0): probabilities 3/4 and 1/4. */
  private static final float[] THREE_TO_ONE = {(float) Math.log(3), 0};

  private static final Distillation NONE = new Distillation.None();

  @Test
  void labels_giveCrossEntropy() {
    assertLoss(Math.log(4.0 / 3), new Objective(0, NONE), 0);
    assertLoss(Math.log(4), new Objective(0, NONE), 1);
  }

  @Test
  void smoothing_spreadsTheLabel() {
    // Target (0.9, 0.1) for a smoothing of 0.2.
    double expected = 0.9 * Math.log(4.0 / 3) + 0.1 * Math.log(4);
    assertLoss(expected, new Objective(0.2, NONE), 0);
  }

  @Test
  void logits_addDivergenceFromTheTeacher() {
    // Teacher (1/2, 1/2) at temperature 1: KL = ln(2/3) / 2 + ln(2) / 2; a quarter of the loss.
    double divergence = 0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25);
    double expected = 0.75 * Math.log(4.0 / 3) + 0.25 * divergence;
    assertLoss(expected, new Objective(0, new Distillation.Logits(1, 0.25)), 0);
  }

  @Test
  void logits_atTemperatureTwo_softenAndScale() {
    // Logits halved: odds sqrt(3) to 1.
    double share = Math.sqrt(3) / (1 + Math.sqrt(3));
    double divergence = 0.5 * Math.log(0.5 / share) + 0.5 * Math.log(0.5 / (1 - share));
    assertLoss(4 * divergence, new Objective(0, new Distillation.Logits(2, 1)), 0);
  }

  @Test
  void imageWithoutLabel_leavesAllToTheTeacher() {
    double divergence = 0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25);
    assertLoss(divergence, new Objective(0, new Distillation.Logits(1, 0.25)), -1);
    assertThrows(TrainException.class, () -> assertLoss(0, new Objective(0, NONE), -1));
  }

  @Test
  void someLabels_countAlone() {
    try (Scope scope = Scope.open()) {
      DeviceTensor logits = DeviceTensor.of(new float[] {THREE_TO_ONE[0], 0, 9, -9}, 2, 2);
      DeviceTensor loss = new Objective(0, NONE).loss(List.of(logits), List.of(), batch(0, -1));
      assertEquals(Math.log(4.0 / 3), loss.item(), 1e-6);
    }
  }

  @Test
  void outputs_sumRelativeSquares() {
    try (Scope scope = Scope.open()) {
      // First: mean of 1 and 1 over mean square 12.5; second, a map: 4 over 100.
      List<DeviceTensor> own =
          List.of(
              DeviceTensor.of(new float[] {4, 3}, 1, 2),
              DeviceTensor.of(new float[] {12}, 1, 1, 1, 1));
      List<DeviceTensor> goal =
          List.of(
              DeviceTensor.of(new float[] {3, 4}, 1, 2),
              DeviceTensor.of(new float[] {10}, 1, 1, 1, 1));
      Objective objective = new Objective(0, new Distillation.Outputs(1));
      assertEquals(1 / 12.5 + 0.04, objective.loss(own, goal, batch(-1)).item(), 1e-6);
    }
  }

  @Test
  void labels_withoutClassOutput_areRefused() {
    try (Scope scope = Scope.open()) {
      DeviceTensor map = DeviceTensor.zeros(1, 2, 3, 3);
      TrainException refusal =
          assertThrows(
              TrainException.class,
              () -> new Objective(0, NONE).loss(List.of(map), List.of(), batch(0)));
      assertTrue(refusal.getMessage().contains("[1, 2, 3, 3]"), refusal.getMessage());
    }
  }

  @Test
  void counter_ranksLabels() {
    try (Scope scope = Scope.open()) {
      AccuracyCounter counter = new AccuracyCounter(Verdicts.none());
      float[] logits = {7, 6, 5, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1, 7, 0, 0, 0, 0, 0, 0, 0};
      counter.add(DeviceTensor.of(logits, 3, 7), new long[] {0, 5, -1});
      Accuracy accuracy = counter.accuracy();
      assertEquals(2, accuracy.images());
      assertEquals(0.5, accuracy.top1());
      // The 1 of the second row is the smallest of seven, hence not among five.
      assertEquals(0.5, accuracy.top5());
      double sum = 0;
      for (int i = 1; i <= 7; i++) {
        sum += Math.exp(i);
      }
      assertEquals((Math.log(sum) - 7 + Math.log(sum) - 1) / 2, accuracy.loss(), 1e-6);
    }
  }

  @Test
  void counter_ofNaN_neverHits() {
    try (Scope scope = Scope.open()) {
      AccuracyCounter counter = new AccuracyCounter(Verdicts.none());
      counter.add(DeviceTensor.of(new float[] {Float.NaN, Float.NaN}, 1, 2), new long[] {0});
      assertEquals(0, counter.accuracy().top1());
    }
  }

  @Test
  void nearChance_dependsOnClassesAndImages() {
    assertTrue(new Accuracy(0.12, 0.5, 2.3, 10_000).nearChance(10));
    assertTrue(!new Accuracy(0.5, 0.9, 1.3, 10_000).nearChance(10));
    assertTrue(new Accuracy(0.53, 1, 0.7, 10_000).nearChance(2));
    assertTrue(!new Accuracy(0.7, 1, 0.6, 10_000).nearChance(2));
    // 0.3 of 20 images is within three deviations (0.067 each) of one in ten; of 1,000 it is not.
    assertTrue(new Accuracy(0.3, 0.5, 2, 20).nearChance(10));
    assertTrue(!new Accuracy(0.3, 0.5, 2, 1000).nearChance(10));
  }

  private static void assertLoss(double expected, Objective objective, long label) {
    try (Scope scope = Scope.open()) {
      DeviceTensor own = DeviceTensor.of(THREE_TO_ONE, 1, 2);
      DeviceTensor even = DeviceTensor.of(new float[] {5, 5}, 1, 2);
      DeviceTensor loss = objective.loss(List.of(own), List.of(even), batch(label));
      assertEquals(expected, loss.item(), 1e-6);
    }
  }

  private static Batch batch(long... labels) {
    return new Batch(
        new float[labels.length], labels, labels.length, new long[] {labels.length, 1, 1, 1});
  }
}
