package io.espalier.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Budget;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.surgery.PlanException;
import io.espalier.surgery.PlanFile;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainException;
import io.espalier.train.TrainOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrunerTest {
  private static final Graph RESIDUAL = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
  private static final Normalization HALF_SCALE = Normalization.preset("half");

  @TempDir Path path;

  private static PlanOptions macs(double share) {
    return PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, share));
  }

  @Test
  void run_withPlanOfAnotherRun_givesTheSameNetwork() {
    PruneResult made = Pruner.of(RESIDUAL, PruneOptions.of("l1", macs(0.5))).run();
    PruningPlan read = PlanFile.fromJson(PlanFile.toJson(made.plan()));
    PruneResult replayed = Pruner.of(RESIDUAL, PruneOptions.replay(read)).run();
    assertEquals(made.graph().initializers(), replayed.graph().initializers());
    assertEquals(made.after().macs(), replayed.after().macs());
    assertEquals(1, replayed.findings().size());
    Graph other = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    assertThrows(PlanException.class, () -> Pruner.of(other, PruneOptions.replay(read)).run());
  }

  @Test
  void run_inManySteps_isRelativeToTheOriginal() {
    Iteration steps = new Iteration(4, Iteration.Schedule.LINEAR, 0);
    PruneOptions options = PruneOptions.of("l2", macs(0.4)).withIteration(steps);
    PruneResult result = Pruner.of(RESIDUAL, options).run();
    assertTrue(result.after().macs() <= 0.4 * result.before().macs());
    assertTrue(result.findings().size() > 2);
    PruneResult replayed = Pruner.of(RESIDUAL, PruneOptions.replay(result.plan())).run();
    assertEquals(replayed.graph().initializers(), result.graph().initializers());
  }

  @Test
  void run_withCheckThatFails_isRefused() {
    Pruner pruner =
        Pruner.of(RESIDUAL, PruneOptions.of("l1", macs(0.5)))
            .check((graph, plan, cut) -> new PlanCheck.Finding(0.1, false, "they differ by 0.1"));
    MethodException problem = assertThrows(MethodException.class, pruner::run);
    assertEquals("the cut is refused: they differ by 0.1", problem.getMessage());
  }

  @Test
  void run_ofNetworkNearChance_warns() {
    PruneResult result =
        Pruner.of(RESIDUAL, PruneOptions.of("l1", macs(0.5)))
            .data(TinyNetworks.splits(), HALF_SCALE)
            .run();
    assertTrue(result.accuracy().original().isPresent());
    assertTrue(result.accuracy().afterCut().isPresent());
    assertTrue(result.accuracy().fineTuned().isEmpty());
    assertTrue(
        result.warnings().getFirst().startsWith("the network is near chance before any cut"));
    assertEquals(HALF_SCALE.toMetadata(), result.graph().header().metadata());
  }

  @Test
  void run_alignmentOutOfReach_reportsTheNearest() {
    PruneOptions options = PruneOptions.of("l1", macs(0.5).withAlign(5));
    PruneResult result = Pruner.of(RESIDUAL, options).run();
    PruneResult.AlignmentReport report = result.alignment().orElseThrow();
    assertFalse(report.met());
    assertFalse(report.unaligned().isEmpty());
    assertTrue(report.nearestMacs().orElseThrow() > result.after().macs());
    assertTrue(result.after().macs() <= 0.5 * result.before().macs());
    assertEquals("", report.obstacle());
    assertTrue(result.warnings().getFirst().contains("the nearest aligned network has"));
  }

  @Test
  void run_whereNothingCanBeAligned_saysSoAndNamesNoNetwork() {
    PruneOptions options = PruneOptions.of("l1", macs(0.5).withAlign(16));
    PruneResult result = Pruner.of(RESIDUAL, options).run();
    PruneResult.AlignmentReport report = result.alignment().orElseThrow();
    assertFalse(report.met());
    assertTrue(report.nearestMacs().isEmpty());
    assertEquals(
        List.of(
            "no width can be made a smaller multiple of 16 (of 2 prunable groups 2 have no more"
                + " than 16 channels), so the network is cut without alignment"),
        result.warnings());
    assertTrue(result.after().macs() <= 0.5 * result.before().macs());
  }

  @Test
  void run_aligned_reportsThatItIs() {
    PruneOptions options = PruneOptions.of("l1", macs(0.5).withAlign(2));
    PruneResult result = Pruner.of(RESIDUAL, options).run();
    PruneResult.AlignmentReport report = result.alignment().orElseThrow();
    assertTrue(report.met());
    assertEquals(List.of(), report.unaligned());
  }

  @Test
  void run_inFolderOfAnotherPrune_saysWhatDiffers() {
    RunFolder folder = RunFolder.at(path);
    Pruner.of(RESIDUAL, PruneOptions.of("l1", macs(0.5))).run(folder);
    Pruner other =
        Pruner.of(
            RESIDUAL, PruneOptions.of("l1", macs(0.6)).withSettings(Map.of("members", "sum")));
    MethodException problem = assertThrows(MethodException.class, () -> other.run(folder));
    assertTrue(problem.getMessage().contains("budget \"macs=50%\", now macs=60%"));
    assertTrue(problem.getMessage().contains("members=sum"));
  }

  @Test
  void run_completedBefore_isTakenFromTheFolder() throws Exception {
    Pruner pruner = Pruner.of(RESIDUAL, PruneOptions.of("random", macs(0.5)));
    PruneResult first = pruner.run(RunFolder.at(path));
    assertTrue(Files.exists(path.resolve("plan-01.json")));
    Pruner watched =
        pruner.check(
            (graph, plan, cut) -> {
              throw new AssertionError("the cut was checked already");
            });
    PruneResult second = watched.run(RunFolder.at(path));
    assertEquals(first.graph().initializers(), second.graph().initializers());
    assertEquals(first.findings(), second.findings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[]|is no JSON object",
        "{}|needs the format 1",
        "{'format': 1, 'kind': 'training'}|a training",
        "{'format': 1, 'kind': 'pruning', 'asked': 3}|needs an object 'asked'",
        "{'format': 1, 'kind': 'pruning', 'asked': {}, 'stages': []}|needs an object 'stages'",
        "{'format': 1|run.json",
      })
  void run_ofFolderWithDamagedRecord_isOneLine(String record, String words) throws Exception {
    Files.writeString(path.resolve("run.json"), record.replace('\'', '"'));
    Pruner pruner = Pruner.of(RESIDUAL, PruneOptions.of("l1", macs(0.5)));
    RuntimeException problem =
        assertThrows(RuntimeException.class, () -> pruner.run(RunFolder.at(path)));
    assertTrue(problem instanceof MethodException || problem instanceof TrainException);
    assertTrue(problem.getMessage().contains(words), problem.getMessage());
    assertEquals(-1, problem.getMessage().indexOf('\n'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "original|\"top1\"|\"first\"|needs a number 'top1', but holds nothing",
        "original|\"images\" :|\"images\" : 0.5, \"x\" :|needs a count 'images', but holds 0.5",
        "check-01|\"passed\" : true|\"passed\" : 1|needs true or false as 'passed'",
        "check-01|\"detail\"|\"details\"|needs a text 'detail'",
        "plan-01|\"plan-01\" : {|\"plan-01\" : 7, \"x\" : {|is no object, but holds 7",
      })
  void run_ofFolderWithDamagedStage_isOneLine(String stage, String from, String to, String words)
      throws Exception {
    Pruner pruner =
        Pruner.of(RESIDUAL, PruneOptions.of("l1", macs(0.5)))
            .data(TinyNetworks.splits(), HALF_SCALE);
    pruner.run(RunFolder.at(path));
    Path file = path.resolve("run.json");
    String text = Files.readString(file);
    assertTrue(text.contains(from), text);
    Files.writeString(file, text.replaceFirst(Pattern.quote(from), to));
    MethodException problem =
        assertThrows(MethodException.class, () -> pruner.run(RunFolder.at(path)));
    assertTrue(problem.getMessage().contains("run.json, stage '" + stage + "'"));
    assertTrue(problem.getMessage().contains(words), problem.getMessage());
  }

  @Test
  void run_fineTuningWithoutImagesOrFolder_isOneLine() {
    PruneOptions options = PruneOptions.of("l1", macs(0.5)).withFineTuning(TrainOptions.defaults());
    MethodException problem =
        assertThrows(
            MethodException.class, () -> Pruner.of(RESIDUAL, options).run(RunFolder.at(path)));
    assertTrue(problem.getMessage().startsWith("fine-tuning needs training images"));
    Pruner without = Pruner.of(RESIDUAL, options).data(TinyNetworks.splits(), HALF_SCALE);
    assertThrows(MethodException.class, without::run);
  }

  @Test
  void run_groupsWithoutNormalisation_stayAndAreNamed() {
    // Only the stem of this network is followed by a batch normalisation; "last" makes the output.
    Graph graph =
        TinyNetworks.pair(new float[][] {{1, 2}, {3, 4}, {5, 6}, {7, 8}}, 0.1f, 4, 0.2f, 3);
    PruneResult result = Pruner.of(graph, PruneOptions.of("bn-scale", macs(0.5))).run();
    assertEquals(2, result.graph().weight("scale").elements());
    assertEquals(4f, result.graph().weight("scale").toFloats()[0]);
    assertEquals(List.of(), result.warnings());
  }

  @Test
  void counted_latency_isOneLine() {
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class,
            () -> PruneOptions.counted(Budget.parse("latency=1.5x")));
    assertTrue(problem.getMessage().contains("latency=1.5x"));
  }

  @Test
  void done_ofSchedules_endsAtOne() {
    Iteration agp = new Iteration(4, Iteration.Schedule.AGP, 0);
    // 1 - (3/4)^3, 1 - (2/4)^3, 1 - (1/4)^3, 1.
    assertEquals(37.0 / 64, agp.done(1));
    assertEquals(56.0 / 64, agp.done(2));
    assertEquals(63.0 / 64, agp.done(3));
    assertEquals(1, agp.done(4));
    Iteration linear = new Iteration(4, Iteration.Schedule.LINEAR, 0);
    assertEquals(0.25, linear.done(1));
    assertEquals(1, linear.done(4));
  }
}
