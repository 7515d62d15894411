package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.data.Augmentation;
import io.espalier.data.DataOptions;
import io.espalier.data.DataSpec;
import io.espalier.data.DataSplits;
import io.espalier.data.Datasets;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.method.Settings;
import io.espalier.progress.Progress;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import io.espalier.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The figures of docs/methods/sanp.md: a plain network of five layers on the bundled part of
 * Fashion-MNIST, at 35 % of its MACs. About half a minute of processor time each.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamicTrialTest {
  private static final String DATA = "espalier-cli/src/main/resources/demo/fashion-mnist";
  private static final Normalization NORMALIZATION = Normalization.defaultFor(1);
  private static final double BUDGET = 0.35;

  private DataSplits splits;
  private Graph backbone;

  @TempDir Path path;

  private static TrainOptions options(int epochs) {
    return TrainOptions.defaults()
        .withEpochs(epochs)
        .withBatchSize(64)
        .withLearningRate(0.05)
        .withThreads(1)
        .withAugmentation(Augmentation.NONE);
  }

  @BeforeAll
  void train(@TempDir Path folder) {
    Path data = Path.of("").toAbsolutePath().getParent().resolve(DATA);
    splits = Datasets.open(DataSpec.parse("idx:" + data), DataOptions.defaults(), Progress.none());
    TrainResult trained = train(Chains.trial(), 6, folder.resolve("backbone"));
    backbone = trained.graph();
    say("backbone, 6 epochs", trained);
    say("trained on, 8 epochs", train(backbone, 8, folder.resolve("on")));
  }

  private TrainResult train(Graph graph, int epochs, Path folder) {
    return Trainer.of(graph, splits, NORMALIZATION, options(epochs)).run(RunFolder.at(folder));
  }

  private static void say(String what, TrainResult result) {
    System.out.printf("%s: %.2f %%%n", what, 100 * result.test().orElseThrow().top1());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sanp",
        "sanp 2",
        "sanp 3",
        "static",
        "static 2",
        "static 3",
        "fixed-k",
        "fixed-k 2",
        "fixed-k 3",
        "fbs"
      })
  void variant_withDefaults_learns_andMeetsTheBudgetOrSaysThatItDoesNot(String line) {
    DynamicResult result = run(line);
    DynamicMeasure measure = result.measure().orElseThrow();
    Variant variant = Variant.of(line.split(" ")[0]);
    assertTrue(measure.accuracy().top1() > 0.8, line);
    double share = measure.costs().share();
    assertTrue(share < 1.05 * BUDGET, line);
    boolean warned = result.warnings().stream().anyMatch(text -> text.contains("is not met"));
    assertEquals(BudgetVerdict.isMet(share, BUDGET), !warned, line);
    assertEquals(variant == Variant.SANP, measure.costs().deviation() > 0, line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "static 1 ramp=0.5",
        "static 2 ramp=0.5",
        "static 3 ramp=0.5",
        "static 3 ramp=0.3",
        "static 3 ramp=0.5 integral=0",
        "sanp 1 soft=0.5 quiet=0.25",
        "sanp 1 noise=0.3 quiet=0.5",
        "sanp 1 noise=1 soft=0.5",
        "sanp 1 noise=1 soft=0.5 course=to-zero quiet=0.25",
        "sanp 1 warm-up-epochs=1",
        "sanp 1 term=macs",
        "sanp 1 term=gates mean=true gain=20",
        "sanp 1 integral=0",
        "sanp 1 spread=0",
        "sanp 1 bias=none spread=1",
        "sanp 1 recalibration=0",
        "sanp 1 ramp=0.3",
        "sanp 1 ramp=0.4",
        "sanp 1 term=smooth-macs",
        "sanp 1 term=smooth-macs ramp=0.4",
        "sanp 1 term=macs gain=1 integral=0 window=50 noise=1 soft=0.5",
        "sanp 1 term=absolute mean=true gain=0.01 integral=0 window=50 noise=1 soft=0.5 code=noisy"
      })
  void setting_otherThanTheDefault_isMeasured(String line) {
    assertEquals(splits.test().size(), run(line).measure().orElseThrow().costs().samples());
  }

  private DynamicResult run(String line) {
    List<String> words = Arrays.asList(line.split(" "));
    long seed = words.size() > 1 ? Long.parseLong(words.get(1)) : 1;
    Map<String, String> settings =
        words.size() > 2 ? Settings.split(words.subList(2, words.size())) : Map.of();
    DynamicOptions options =
        DynamicOptions.of(Variant.of(words.get(0)), BUDGET, options(8).withSeed(seed));
    options = options.withGates(options.gates().withSeed(seed));
    DynamicResult result =
        DynamicTrainer.of(backbone, splits, NORMALIZATION, DynamicSettings.apply(options, settings))
            .run(RunFolder.at(path.resolve(line.replace(' ', '_'))));
    DynamicMeasure measure = result.measure().orElseThrow();
    System.out.printf(
        "| `%s` | %.2f | %.1f | %.1f |%n",
        line,
        100 * measure.accuracy().top1(),
        100 * measure.costs().share(),
        100 * measure.costs().deviation() / measure.costs().dense());
    return result;
  }
}
