package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.data.WatchedDataset;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import io.espalier.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
  @TempDir Path path;

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FLOAT32", "BFLOAT16"})
  void tinyNet_learnsStripes(Precision precision) {
    TrainOptions options = TinyTraining.options().withEpochs(12).withPrecision(precision);
    TrainResult result = TinyTraining.trainer(options).run(folder());
    assertTrue(result.complete());
    assertEquals(12, result.history().size());
    assertTrue(result.test().orElseThrow().top1() > 0.95, result.toString());
    EpochMetrics last = result.history().getLast();
    assertTrue(last.validation().orElseThrow().top1() > 0.95, last.toString());
    assertTrue(last.loss() < result.history().getFirst().loss());
    assertEquals(
        result.test().orElseThrow(),
        Evaluator.evaluate(
            result.graph(),
            TinyTraining.splits().test(),
            TinyTraining.NORMALIZATION,
            new EvaluateOptions(32, precision, 1),
            Progress.none()));
  }

  @Test
  void result_recordsNormalization() {
    Graph trained =
        TinyTraining.trainer(TinyTraining.options().withEpochs(1)).run(folder()).graph();
    assertEquals(
        TinyTraining.NORMALIZATION,
        Normalization.fromMetadata(trained.header().metadata()).orElseThrow());
  }

  @Test
  void folder_recordsWhatWasAskedAndWhatCameOut() throws IOException {
    TrainOptions options = TinyTraining.options().withEpochs(2);
    TrainResult result = TinyTraining.trainer(options).run(folder());
    JsonNode run = Json.MAPPER.readTree(folder().recordFile().toFile());
    assertEquals(options, TrainOptions.fromJson(run.path("options")));
    assertEquals(Digests.of(TinyTraining.net()), run.path("graphDigest").asText());
    assertEquals(TinyTraining.splits().digest(), run.path("data").path("digest").asText());
    assertFalse(run.path("versions").path("libtorch").asText().isEmpty());
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder().metricsFile())) {
      lines.add(Json.MAPPER.readTree(line));
    }
    assertEquals(3, lines.size());
    assertEquals(8, lines.getFirst().path("step").asInt());
    assertEquals(
        result.test().orElseThrow().top1(), lines.get(2).path("test").path("top1").asDouble());
  }

  @Test
  void completeRun_askedAgain_givesTheSameWithoutTraining() throws IOException {
    TrainOptions options = TinyTraining.options().withEpochs(2);
    TrainResult first = TinyTraining.trainer(options).run(folder());
    List<String> metrics = Files.readAllLines(folder().metricsFile());
    TrainResult again = TinyTraining.trainer(options).run(folder());
    assertEquals(first, again);
    assertEquals(metrics, Files.readAllLines(folder().metricsFile()));
  }

  @Test
  void options_changeWhatIsLearned() {
    TrainOptions options = TinyTraining.options().withEpochs(1);
    String plain = trained("plain", options);
    assertEquals(plain, trained("again", options));
    assertNotEquals(plain, trained("smooth", options.withLabelSmoothing(0.1)));
    assertNotEquals(plain, trained("clipped", options.withClipNorm(0.01)));
    assertNotEquals(plain, trained("decayed", options.withDecayNormAndBias(true)));
    assertNotEquals(plain, trained("seed", options.withSeed(2)));
    assertNotEquals(plain, trained("bf16", options.withPrecision(Precision.BFLOAT16)));
    assertNotEquals(plain, trained("schedule", options.withSchedule(new Schedule.Constant(0))));
  }

  @Test
  void evaluateEvery_leavesEpochsOut() {
    TrainOptions options = TinyTraining.options().withEpochs(4).withEvaluateEvery(3);
    List<EpochMetrics> history = TinyTraining.trainer(options).run(folder()).history();
    List<Boolean> evaluated = history.stream().map(e -> e.validation().isPresent()).toList();
    assertEquals(List.of(false, false, true, true), evaluated);
  }

  @Test
  void testSplit_isNotSeenBeforeTheEnd() {
    DataSplits splits = TinyTraining.splits();
    DataSplits unseen =
        new DataSplits(splits.train(), splits.validation(), untouchable(splits.test()));
    Trainer trainer =
        Trainer.of(TinyTraining.net(), unseen, TinyTraining.NORMALIZATION, TinyTraining.options());
    Exception touched = assertThrows(IllegalStateException.class, () -> trainer.run(folder()));
    assertTrue(touched.getMessage().contains("test image"));
    // The whole training was done by then.
    assertEquals(4, TinyTraining.trainer(TinyTraining.options()).run(folder()).history().size());
  }

  @Test
  void hugeRate_stopsInOneLineAndStaysResumable() {
    TrainOptions wild =
        TinyTraining.options().withLearningRate(1e30).withSchedule(new Schedule.Constant(0));
    TrainException stopped =
        assertThrows(TrainException.class, () -> TinyTraining.trainer(wild).run(folder()));
    assertTrue(stopped.getMessage().contains("lower the learning rate (--lr, now 1.0E30)"));
    assertEquals(1, stopped.getMessage().lines().count());
    assertThrows(TrainException.class, () -> TinyTraining.trainer(wild).run(folder()));
  }

  @Test
  void data_thatDoesNotFit_isRefusedInOneLine() {
    DataSplits splits = TinyTraining.splits();
    DataSplits none = new DataSplits(TinyTraining.none(), splits.validation(), splits.test());
    assertRefused("no images", none);
    DataSplits bare = new DataSplits(TinyTraining.unlabelled(64, 1), none.train(), none.train());
    assertRefused("no labels", bare);
    int[] labels = new int[16];
    Dataset wide = Dataset.of(new byte[16 * 80], labels, List.of("a"), 1, TinyTraining.SIZE, 10);
    assertRefused("1 x 8 x 10", new DataSplits(wide, none.train(), none.train()));
    List<String> names = Arrays.asList("a", "b", "c", "d", "e");
    Dataset many = Dataset.of(new byte[16 * 64], labels, names, 1, 8, 8);
    assertRefused("5 classes", new DataSplits(many, none.train(), none.train()));
  }

  private void assertRefused(String words, DataSplits splits) {
    Trainer trainer =
        Trainer.of(TinyTraining.net(), splits, TinyTraining.NORMALIZATION, TinyTraining.options());
    TrainException refusal = assertThrows(TrainException.class, () -> trainer.run(folder()));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
    assertFalse(Files.exists(folder().path()));
  }

  private String trained(String name, TrainOptions options) {
    RunFolder own = RunFolder.at(path.resolve(name));
    return Digests.of(TinyTraining.trainer(options).run(own).graph());
  }

  private RunFolder folder() {
    return RunFolder.at(path.resolve("run"));
  }

  /** Gives its labels and no pixel. */
  private static Dataset untouchable(Dataset data) {
    return new WatchedDataset(
        data,
        index -> {
          throw new IllegalStateException("test image " + index + " was looked at");
        });
  }
}
