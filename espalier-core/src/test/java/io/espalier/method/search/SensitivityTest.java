package io.espalier.method.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.data.WatchedDataset;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import io.espalier.method.MethodException;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.progress.Progress;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Surgeon;
import io.espalier.train.Accuracy;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.Evaluator;
import io.espalier.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SensitivityTest {
  private static final Graph CHAIN = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
  private static final Normalization HALF_SCALE = Normalization.preset("half");
  private static final EvaluateOptions ONE_THREAD = EvaluateOptions.defaults().withThreads(1);

  @TempDir Path path;

  private static PruneOptions options(Budget.Counted budget, Map<String, String> settings) {
    return PruneOptions.of("sensitivity", PlanOptions.of(budget))
        .withSettings(settings)
        .withEvaluation(ONE_THREAD);
  }

  private static Pruner pruner(Budget.Counted budget, Map<String, String> settings) {
    return Pruner.of(CHAIN, options(budget, settings)).data(TinyNetworks.splits(), HALF_SCALE);
  }

  private static Budget.Counted units(int most) {
    return new Budget.Absolute(Budget.Quantity.UNITS, most);
  }

  private static SensitivityScan.Point point(int removed, double lost) {
    return new SensitivityScan.Point(removed, 0.9 - lost, 0.5 + lost);
  }

  /** A scan of the chain with these losses, in nats and as shares of images. */
  private static SensitivityScan byHand() {
    ChannelMap map = ChannelMap.of(CHAIN);
    return new SensitivityScan(
        1,
        GraphDigest.of(CHAIN),
        "by hand",
        100,
        "l1",
        0,
        0.9,
        0.5,
        List.of(
            new SensitivityScan.Group(
                map.groups().get(0).name(),
                8,
                List.of(point(2, 0.02), point(4, 0.10), point(6, 0.30))),
            new SensitivityScan.Group(
                map.groups().get(1).name(),
                12,
                List.of(point(3, 0.06), point(6, 0.21), point(9, 0.57)))));
  }

  private Path file(SensitivityScan scan) throws IOException {
    return Files.writeString(path.resolve("scan.json"), ScanFile.toJson(scan));
  }

  private static int left(PruneResult result, int group) {
    String name = ChannelMap.of(CHAIN).groups().get(group).name();
    return result.records().path("allocation").path("widths").path(name).asInt();
  }

  @ParameterizedTest
  @CsvSource({"loss", "accuracy"})
  void prune_byHand_cutsWhereItCostsLeast(String objective) throws IOException {
    // A unit costs, in hundredths: of the first group 1, 1, 4, 4, 10, 10, ...; of the second
    // 2, 2, 2, 5, 5, 5, 12, ... The eight cheapest: 1, 1, 2, 2, 2, 4, 4, 5 = 21.
    Map<String, String> settings =
        Map.of("scan", file(byHand()).toString(), "objective", objective);
    PruneResult result = pruner(units(12), settings).run();
    assertEquals(4, left(result, 0));
    assertEquals(8, left(result, 1));
    assertEquals(21, result.records().path("allocation").path("predictedLoss").asDouble(), 1e-9);
    assertEquals(4, result.graph().weight("first.weight").size(0));
    assertEquals(8, result.graph().weight("second.weight").size(0));
    assertEquals(largest(CHAIN, 4), norms(result.graph()));
  }

  /** The sums of absolute weights of the first convolution's filters, in their order. */
  private static List<Double> norms(Graph graph) {
    double[] values = graph.weight("first.weight").toDoubles();
    int each = 9;
    return IntStream.range(0, values.length / each)
        .mapToObj(
            row ->
                IntStream.range(row * each, (row + 1) * each)
                    .mapToDouble(i -> Math.abs(values[i]))
                    .sum())
        .toList();
  }

  /** The {@code count} largest of them. */
  private static List<Double> largest(Graph graph, int count) {
    List<Double> all = norms(graph);
    double least = all.stream().sorted().toList().get(all.size() - count);
    return all.stream().filter(norm -> norm >= least).toList();
  }

  @Test
  void prune_byHandToHalfTheMacs_isTheBestOfAllWidths() throws IOException {
    Map<String, String> settings = Map.of("scan", file(byHand()).toString());
    PruneResult result = pruner(new Budget.Share(Budget.Quantity.MACS, 0.5), settings).run();
    double[] first = {0, 1, 2, 6, 10, 20, 30, 40};
    double[] second = {0, 2, 4, 6, 11, 16, 21, 33, 45, 57, 69, 81};
    double best = Double.POSITIVE_INFINITY;
    for (int a = 1; a <= 8; a++) {
      for (int b = 1; b <= 12; b++) {
        // 6 x 6 positions, 3 x 3 weights: 324 a, 324 a b, and 3 classes.
        if (2 * (324 * a + 324 * a * b + 3 * b) <= 324 * 8 + 324 * 8 * 12 + 3 * 12) {
          best = Math.min(best, first[8 - a] + second[12 - b]);
        }
      }
    }
    assertEquals(best, result.records().path("allocation").path("predictedLoss").asDouble(), 1e-9);
    assertTrue(2 * result.after().macs() <= result.before().macs());
  }

  @Test
  void scan_measuresEachGroupAlone_withoutTheTestImages() {
    DataSplits splits = TinyNetworks.splits();
    DataSplits withoutTest =
        new DataSplits(splits.train(), splits.validation(), unreadable(splits.test()));
    Map<String, String> settings = Map.of("keep", "0.3,0.75", "images", "9");
    Pruner pruner = Pruner.of(CHAIN, options(units(1), settings)).data(withoutTest, HALF_SCALE);
    SensitivityScan scan = Sensitivity.scan(pruner, Optional.empty()).result().orElseThrow();
    Dataset images = splits.validation().limit(9);
    assertEquals(images.digest(), scan.data());
    assertEquals(9, scan.images());
    ChannelMap map = ChannelMap.of(CHAIN);
    assertEquals(2, scan.groups().size());
    for (ChannelGroup group : map.groups()) {
      List<SensitivityScan.Point> points = scan.group(group.name()).orElseThrow().points();
      // A quarter, then seven tenths: 2 and 5 of 8, 3 and 8 of 12.
      assertEquals(
          group.index() == 0 ? List.of(2, 5) : List.of(3, 8),
          points.stream().map(SensitivityScan.Point::removed).toList());
      for (SensitivityScan.Point point : points) {
        Accuracy expected = withoutLeast(map, group, point.removed(), images);
        assertEquals(expected.top1(), point.accuracy());
        assertEquals(expected.loss(), point.loss());
      }
    }
  }

  /** The accuracy of the network without the units of the smallest sums of absolute weights. */
  private static Accuracy withoutLeast(
      ChannelMap map, ChannelGroup group, int count, Dataset images) {
    String weight = group.index() == 0 ? "first.weight" : "second.weight";
    double[] values = CHAIN.weight(weight).toDoubles();
    int each = values.length / group.units();
    Map<Integer, Double> sums = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      sums.merge(i / each, Math.abs(values[i]), Double::sum);
    }
    BitSet out = new BitSet();
    sums.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(count)
        .forEach(entry -> out.set(entry.getKey()));
    Graph cut = Surgeon.cut(CHAIN, Plans.units(CHAIN, map, Map.of(group.index(), out)));
    return Evaluator.evaluate(cut, images, HALF_SCALE, ONE_THREAD, Progress.none());
  }

  /** Images that nobody may look at. */
  private static Dataset unreadable(Dataset whole) {
    IntConsumer refuse =
        index -> {
          throw new AssertionError("a test image was looked at");
        };
    return new WatchedDataset(whole, refuse, refuse);
  }

  @Test
  void prune_inFolder_leavesFilesThatAnotherRunReads() throws IOException {
    Path first = path.resolve("first");
    Map<String, String> settings = Map.of("keep", "0.75,0.5,0.25");
    PruneResult measured = pruner(units(10), settings).run(RunFolder.at(first));
    assertTrue(Files.readString(first.resolve("sensitivity.svg")).contains("<svg"));
    String table = Files.readString(first.resolve("sensitivity.md"));
    assertTrue(table.contains("| " + ChannelMap.of(CHAIN).groups().get(1).name() + " | 12 |"));
    assertTrue(table.contains("(sensitivity.svg)"));
    Path file = first.resolve("sensitivity.json");
    Map<String, String> reading = Map.of("scan", file.toString());
    PruneResult read = pruner(units(10), reading).run(RunFolder.at(path.resolve("second")));
    assertEquals(measured.plan(), read.plan());
    assertFalse(read.records().has("scan/" + ChannelMap.of(CHAIN).groups().get(1).name()));
    assertEquals(Files.readString(file), Files.readString(path.resolve("second/sensitivity.json")));
  }

  @Test
  void prune_readFileThatIsGoneLater_goesOnFromTheRecord() throws IOException {
    Path file = file(byHand());
    Map<String, String> settings = Map.of("scan", file.toString());
    RunFolder folder = RunFolder.at(path.resolve("run"));
    PruneResult first = pruner(units(12), settings).run(folder);
    Files.delete(file);
    assertEquals(first.plan(), pruner(units(12), settings).run(folder).plan());
  }

  @Test
  void prune_withScanThatDoesNotFit_saysWhy() throws IOException {
    Path file = file(byHand());
    Graph other = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    Pruner ofOther =
        Pruner.of(other, options(units(12), Map.of("scan", file.toString())))
            .data(TinyNetworks.splits(), HALF_SCALE);
    assertProblem(ofOther, "it is of another network (digest ");
    assertProblem(
        pruner(units(12), Map.of("scan", file.toString(), "criterion", "l2")),
        "it was made with criterion=l1, not l2");
    Files.writeString(file, "{\"format\": 1}");
    assertProblem(pruner(units(12), Map.of("scan", file.toString())), "not a scan: ");
    Files.write(file, new byte[] {(byte) 0xC3, 0x28});
    assertProblem(pruner(units(12), Map.of("scan", file.toString())), "it is no text");
    Files.delete(file);
    assertProblem(pruner(units(12), Map.of("scan", file.toString())), "cannot be read");
  }

  private static void assertProblem(Pruner pruner, String part) {
    MethodException problem = assertThrows(MethodException.class, pruner::run);
    assertTrue(problem.getMessage().contains(part), problem.getMessage());
    assertEquals(1, problem.getMessage().lines().count());
  }

  @Test
  void prune_withoutBudgetOrByUniformRanking_isRefused() {
    PlanOptions plan = PlanOptions.of(units(12));
    PruneOptions none = PruneOptions.of("sensitivity", plan.withoutSize());
    PruneOptions uniform =
        PruneOptions.of("sensitivity", plan.withRanking(PlanOptions.Ranking.UNIFORM));
    for (PruneOptions options : List.of(none, uniform)) {
      Pruner pruner = Pruner.of(CHAIN, options).data(TinyNetworks.splits(), HALF_SCALE);
      assertThrows(MethodException.class, pruner::run);
    }
  }

  @Test
  void prune_withTestImagesAlone_isRefused() {
    Dataset images = TinyNetworks.splits().test();
    DataSplits splits = new DataSplits(images.subset(), images.subset(), images);
    Pruner pruner = Pruner.of(CHAIN, options(units(12), Map.of())).data(splits, HALF_SCALE);
    assertProblem(pruner, "labelled images that are not those of the test");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "keep; 0.5,1",
        "keep; half",
        "images; 0",
        "recalibrate; -1",
        "criterion; l3",
        "criterion; l1:members=mode",
        "criterion; sensitivity"
      })
  void create_badSetting_isOneLine(String name, String value) {
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class, () -> pruner(units(12), Map.of(name, value)).run());
    assertEquals(1, problem.getMessage().lines().count());
  }

  @Test
  void prune_withEachKindOfCriterion_usesIt() {
    for (String criterion : List.of("l2:members=max", "random", "snip:images=16")) {
      Map<String, String> settings = Map.of("criterion", criterion, "keep", "0.5");
      PruneResult result = pruner(units(10), settings).run();
      assertEquals(10, left(result, 0) + left(result, 1), criterion);
    }
  }

  @Test
  void prune_withFrozenLayer_neitherMeasuresNorCutsIt() {
    String first = ChannelMap.of(CHAIN).groups().getFirst().name();
    PruneOptions frozen =
        PruneOptions.of("sensitivity", PlanOptions.of(units(12)).withFreeze(List.of(first)));
    PruneResult result = Pruner.of(CHAIN, frozen).data(TinyNetworks.splits(), HALF_SCALE).run();
    assertEquals(List.of(8, 4), List.of(left(result, 0), left(result, 1)));
    assertTrue(result.records().path("scan/" + first).path("points").isEmpty());
  }
}
