package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.Augmentation;
import io.espalier.torch.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainOptionsTest {
  static List<TrainOptions> variants() {
    TrainOptions all = TrainOptions.defaults();
    return List.of(
        all,
        all.withSchedule(new Schedule.Step(0.5, List.of(3.0, 6.5), 0.2)).withNesterov(false),
        all.withSchedule(Schedule.oneCycle(10)).withDistillation(new Distillation.Logits(4, 0.9)),
        all.withSchedule(new Schedule.Constant(1)).withDistillation(new Distillation.Outputs(1)),
        all.withPrecision(Precision.BFLOAT16).withAugmentation(Augmentation.NONE).withSeed(-7),
        all.withClipNorm(1.5).withLabelSmoothing(0.1).withDecayNormAndBias(true));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void json_readBack_isEqual(TrainOptions options) {
    assertEquals(options, TrainOptions.fromJson(options.toJson()));
  }

  @Test
  void digest_followsWhatDecidesAboutTheResult() {
    TrainOptions options = TrainOptions.defaults();
    assertEquals(options.digest(), options.withCheckpointSeconds(5).digest());
    assertNotEquals(options.digest(), options.withSeed(2).digest());
    assertNotEquals(options.digest(), options.withSchedule(new Schedule.Constant(0)).digest());
    assertEquals(
        variants().size(), variants().stream().map(TrainOptions::digest).distinct().count());
  }

  @Test
  void with_changesOneComponent() {
    TrainOptions options = TrainOptions.defaults().withEpochs(3).withMomentum(0.5).withThreads(7);
    assertEquals(3, options.epochs());
    assertEquals(0.5, options.momentum());
    assertEquals(7, options.threads());
    assertEquals(TrainOptions.defaults().weightDecay(), options.weightDecay());
  }

  @Test
  void json_withUnknownOrMissingEntry_isRefused() {
    ObjectNode json = TrainOptions.defaults().toJson().deepCopy();
    json.put("surprise", 1);
    assertThrows(IllegalArgumentException.class, () -> TrainOptions.fromJson(json));
    json.remove(List.of("surprise", "epochs"));
    Exception missing =
        assertThrows(IllegalArgumentException.class, () -> TrainOptions.fromJson(json));
    assertTrue(missing.getMessage().contains("epochs"), missing.getMessage());
  }

  @Test
  void components_outOfRange_areRefused() {
    TrainOptions options = TrainOptions.defaults();
    assertThrows(IllegalArgumentException.class, () -> options.withEpochs(0));
    assertThrows(IllegalArgumentException.class, () -> options.withBatchSize(0));
    assertThrows(IllegalArgumentException.class, () -> options.withLearningRate(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> options.withLearningRate(0));
    assertThrows(IllegalArgumentException.class, () -> options.withMomentum(1));
    assertThrows(IllegalArgumentException.class, () -> options.withMomentum(0));
    assertThrows(IllegalArgumentException.class, () -> options.withLabelSmoothing(1));
    assertThrows(IllegalArgumentException.class, () -> new Distillation.Logits(0, 0.5));
    assertThrows(IllegalArgumentException.class, () -> new Distillation.Outputs(0));
  }
}
