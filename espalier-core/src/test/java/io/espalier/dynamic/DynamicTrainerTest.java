package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.train.Distillation;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DynamicTrainerTest {
  private static final Graph NET = Chains.of(1, 6, 10, 12);

  @TempDir Path path;

  private static DynamicOptions options(Variant variant, double budget, int epochs) {
    return DynamicOptions.of(variant, budget, Stripes.options(epochs))
        .withBackbone(Optional.of(Stripes.options(2)))
        .withWarmUp(Optional.of(Stripes.options(1)))
        .withRecalibrationBatches(4);
  }

  private DynamicTrainer trainer(DynamicOptions options) {
    return DynamicTrainer.of(NET, Stripes.splits(), Stripes.NORMALIZATION, options);
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void run_ofEveryVariant_learnsWithinItsBudget(Variant variant) {
    DynamicResult result = trainer(options(variant, 0.5, 30)).run(folder(variant.id()));
    assertTrue(result.complete());
    DynamicMeasure measure = result.measure().orElseThrow();
    assertTrue(measure.accuracy().top1() > 0.8, "accuracy " + measure.accuracy().top1());
    double share = measure.costs().share();
    assertTrue(share < 0.55 && share > 0.4, "share " + share);
    assertEquals(64, measure.costs().samples());
    assertEquals(List.of("backbone", "warm-up", "joint"), List.copyOf(result.history().keySet()));
    assertEquals(30, result.history().get("joint").size());
    boolean varies = variant == Variant.SANP || variant == Variant.CHANNEL_GATING;
    assertEquals(varies, measure.costs().deviation() > 0);
    assertTrue(measure.costsWithBias().mean() > measure.costs().mean());
    boolean met = BudgetVerdict.isMet(share, 0.5);
    boolean said = result.warnings().stream().anyMatch(text -> text.contains("is not met"));
    assertEquals(!met, said, () -> measure.costs() + " " + result.warnings());
    DynamicNet read = DynamicNet.of(OnnxReader.read(OnnxWriter.toBytes(result.net().graph())));
    assertEquals(result.net().gates(), read.gates());
  }

  /** Stopped in every stage, and once between two, as a kill would. */
  @ParameterizedTest
  @EnumSource(names = {"SANP", "CHANNEL_GATING"})
  void run_stoppedAgainAndAgain_endsInTheSameBits(Variant variant) {
    assertTakenUpAgain(options(variant, 0.5, 3));
  }

  /** What is drawn for gates goes on where it was. */
  @Test
  void run_withRandomGatesStoppedAgainAndAgain_endsInTheSameBits() {
    DynamicOptions options = options(Variant.SANP, 0.5, 3);
    Binarization random = Binarization.paper().withNoise(0.5).withSoft(0.5);
    assertTakenUpAgain(options.withLearning(options.learning().withBinarization(random)));
  }

  private void assertTakenUpAgain(DynamicOptions options) {
    DynamicResult whole = trainer(options).run(folder("whole"));
    DynamicResult part = null;
    int runs = 0;
    do {
      int[] left = {11};
      part = trainer(options).stopWhen(() -> left[0]-- <= 0).run(folder("part"));
      runs++;
    } while (!part.complete() && runs < 20);
    assertTrue(runs > 4, "only %d runs".formatted(runs));
    assertEquals(GraphDigest.of(whole.net().graph()), GraphDigest.of(part.net().graph()));
    assertEquals(whole.measure().get().costs().mean(), part.measure().get().costs().mean());
    assertEquals(whole.warnings(), part.warnings());
    assertEquals(
        whole.history().get("joint").getLast().figures(),
        part.history().get("joint").getLast().figures());
  }

  @Test
  void run_withOtherGates_doesNotGoOnInTheSameFolder() {
    DynamicOptions options = options(Variant.SANP, 0.5, 1);
    trainer(options).run(folder("run"));
    TrainException refusal =
        assertThrows(
            TrainException.class, () -> trainer(options(Variant.SANP, 0.4, 1)).run(folder("run")));
    assertTrue(refusal.getMessage().contains("holds another run"), refusal.getMessage());
  }

  /** With all of the loss from the teacher, what it says of the images is learned, in any stage. */
  @Test
  void run_withATeacher_learnsFromIt() {
    Graph master = trainer(options(Variant.SANP, 0.5, 30)).run(folder("master")).net().graph();
    DynamicOptions options = options(Variant.SANP, 0.5, 3);
    Distillation all = new Distillation.Logits(4, 1);
    DynamicOptions distils =
        options
            .withBackbone(options.backbone().map(stage -> stage.withDistillation(all)))
            .withWarmUp(options.warmUp().map(stage -> stage.withDistillation(all)))
            .withJoint(options.joint().withDistillation(all));
    DynamicResult taught = trainer(distils).teacher(master).run(folder("taught"));
    DynamicResult same = trainer(distils).teacher(master).run(folder("same"));
    DynamicResult other = trainer(distils).teacher(NET).run(folder("other"));
    assertEquals(GraphDigest.of(taught.net().graph()), GraphDigest.of(same.net().graph()));
    for (String stage : List.of("backbone", "warm-up", "joint")) {
      double far = other.history().get(stage).getLast().loss();
      assertNotEquals(far, taught.history().get(stage).getLast().loss(), stage);
    }
    assertThrows(TrainException.class, () -> trainer(distils).run(folder("none")));
    TrainException refusal =
        assertThrows(
            TrainException.class, () -> trainer(distils).teacher(NET).run(folder("taught")));
    assertTrue(refusal.getMessage().contains("another teacher"), refusal.getMessage());
  }

  @Test
  void run_whoseGatesCollapse_saysSo() {
    GateOptions alike = GateOptions.of(Variant.SANP).withSaliency(SaliencyOptions.defaults());
    DynamicOptions options = options(Variant.SANP, 0.5, 4).withGates(alike);
    BudgetControl violent =
        options
            .learning()
            .control()
            .withTerm(CostTerm.MACS)
            .withGain(10)
            .withWindow(50)
            .withRamp(0);
    DynamicResult result =
        trainer(options.withLearning(options.learning().withControl(violent)))
            .run(folder("collapse"));
    assertTrue(
        result.warnings().stream().anyMatch(text -> text.startsWith("the gates have collapsed")),
        result.warnings().toString());
    assertTrue(result.warnings().stream().anyMatch(text -> text.startsWith("no image uses")));
  }

  @Test
  void run_towardsAFixedTarget_saysThatTheBudgetWasNotFollowed() {
    DynamicOptions options = options(Variant.CHANNEL_GATING, 0.9, 2);
    ThresholdLearning fixed =
        options.learning().thresholds().withTarget(OptionalDouble.of(1)).withPull(0.1);
    DynamicResult result =
        trainer(options.withLearning(options.learning().withThresholds(fixed)))
            .run(folder("fixed"));
    assertTrue(
        result.warnings().getFirst().startsWith("thresholds had the target 1, whatever"),
        result.warnings().toString());
    DynamicException tooLittle =
        assertThrows(
            DynamicException.class,
            () -> trainer(options(Variant.CHANNEL_GATING, 0.3, 1)).run(folder("little")));
    assertTrue(tooLittle.getMessage().contains("out of reach"), tooLittle.getMessage());
  }

  @Test
  void run_ofANetworkWithoutPlaceForGates_saysSoBeforeItTrains() {
    Graph lenet = io.espalier.zoo.Zoo.build("lenet", 1);
    DynamicOptions options = options(Variant.SANP, 0.5, 1);
    assertThrows(
        DynamicException.class,
        () ->
            DynamicTrainer.of(lenet, Stripes.splits(), Stripes.NORMALIZATION, options)
                .run(folder("lenet")));
    assertFalse(RunFolder.at(path.resolve("lenet/backbone")).hasCheckpoint());
  }

  @Test
  void shares_ofFixedCounts_meetTheBudgetFromBelow() {
    GateOptions gates = GateOptions.of(Variant.FIXED_K);
    double share = Shares.within(NET, gates, 0.5);
    DynamicNet net = DynamicNet.insert(NET, gates.withShare(share));
    double cost = cost(net);
    assertTrue(cost <= 0.5, "cost " + cost);
    assertTrue(cost(DynamicNet.insert(NET, gates.withShare(share + 0.1))) > 0.5);
    assertEquals(1, Shares.within(NET, gates, 1.5));
    assertThrows(DynamicException.class, () -> Shares.within(NET, gates, 0.01));
  }

  private static double cost(DynamicNet net) {
    long[] cost = new long[1];
    GateTrace trace =
        new GateTrace(
            net,
            (gates, samples) ->
                cost[0] = CostOfBatch.exact(DynamicCost.of(net), gates, samples, false)[0]);
    Samples.onTorch(
        net.graph(), Samples.images(net.graph(), 1), io.espalier.torch.Mode.EVAL, trace);
    return (double) cost[0] / DynamicCost.of(net).backboneMacs();
  }

  @Test
  void paper_presetIsTheText() {
    DynamicOptions paper =
        DynamicOptions.paper(Variant.SANP, 0.35, Stripes.options(1), Stripes.options(1));
    assertEquals(CostTerm.ABSOLUTE, paper.learning().control().term());
    assertEquals(0.01, paper.learning().control().gain());
    assertEquals(50, paper.learning().control().window());
    assertEquals(1, paper.learning().binarization().noise());
    assertEquals(0.5, paper.learning().binarization().soft());
    assertEquals(Optional.empty(), paper.backbone());
    assertTrue(paper.gates().saliency().bias().isEmpty());
    assertEquals(16, paper.gates().saliency().reduction());
    assertTrue(paper.gates().layers().first());
    DynamicOptions gating =
        DynamicOptions.paper(Variant.CHANNEL_GATING, 0.5, Stripes.options(1), Stripes.options(1));
    assertEquals(Optional.empty(), gating.warmUp());
    assertEquals(
        new ThresholdLearning(2, false, 1e-4, OptionalDouble.of(1)),
        gating.learning().thresholds());
    assertEquals(4, gating.gates().parts());
  }

  private RunFolder folder(String name) {
    return RunFolder.at(path.resolve(name));
  }
}
