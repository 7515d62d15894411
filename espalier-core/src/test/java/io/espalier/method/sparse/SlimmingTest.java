package io.espalier.method.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.method.Benches;
import io.espalier.method.MethodException;
import io.espalier.method.PruneResult;
import io.espalier.method.TinyNetworks;
import io.espalier.method.TinyNetworks.Kind;
import io.espalier.method.Workbench;
import io.espalier.method.criterion.UnitScores;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.TorchNet;
import io.espalier.zoo.Zoo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlimmingTest {
  private static final UnitScores MEAN = new UnitScores("mean", "none");
  private static final PlanOptions THIRD =
      PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.33));

  @TempDir Path path;

  static ScaleFactors factors(Graph graph, boolean gather) {
    Workbench bench = Benches.of(graph);
    Gathers gathers = gather ? Gathers.of(graph, bench.channels()) : Gathers.NONE;
    return new ScaleFactors(bench, gathers, MEAN);
  }

  // The penalty

  @Test
  void penalty_byHand() {
    Graph graph = TinyNetworks.pair(new float[][] {{1}, {1}, {1}}, 0.5f, -0.25f, 0);
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact());
        Scope scope = Scope.open()) {
      DeviceTensor scale = net.parameters().get("scale");
      scale.mul(2).sum().backward();
      new ScalePenalty(Set.of("scale"), 0.125).afterBackward(Nets.step(net, 1));
      assertArrayEquals(new double[] {2.125, 1.875, 2}, scale.grad().toDoubles());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void penalty_isTheGradientOfTheSumOfAbsoluteScales(Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    Set<String> scales = factors(graph, true).free();
    assertFalse(scales.isEmpty());
    double lambda = 0.01;
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact());
        Scope scope = Scope.open()) {
      DeviceTensor penalty =
          scales.stream()
              .map(name -> net.parameters().get(name).abs().sum())
              .reduce(DeviceTensor::add)
              .orElseThrow()
              .mul(lambda);
      List<DeviceTensor> weights = List.copyOf(net.parameters().values());
      DeviceTensor loss =
          weights.stream().map(w -> w.square().sum()).reduce(DeviceTensor::add).orElseThrow();
      List<DeviceTensor> expected = DeviceTensor.gradients(loss.add(penalty), weights);
      DeviceTensor again =
          weights.stream().map(w -> w.square().sum()).reduce(DeviceTensor::add).orElseThrow();
      again.backward();
      new ScalePenalty(scales, lambda).afterBackward(Nets.step(net, 1));
      for (int i = 0; i < weights.size(); i++) {
        assertArrayEquals(expected.get(i).toDoubles(), weights.get(i).grad().toDoubles(), 1e-15);
      }
    }
  }

  /** The penalty takes part in the training of a prune, and it is what makes scales small. */
  @Test
  void prune_withAPenalty_drivesScalesToZero_andNothingElseDoes() {
    double without = median("0");
    double some = median("0.05");
    double more = median("0.3");
    assertTrue(some < 0.8 * without && more < 0.1 * without, without + ", " + some + ", " + more);
  }

  private double median(String lambda) {
    return Nets.medianAfter("slimming", lambda, path);
  }

  // The threshold

  @ParameterizedTest
  @CsvSource({"0, 1", "0.1, 1", "0.25, 3", "0.5, 5", "0.7, 6", "0.99, 8"})
  void threshold_ofDifferentFactors_takesTheFloorOfTheShareAndOne(double share, int expected) {
    double[] factors = {0.8, 0.1, 0.5, 0.4, 0.7, 0.2, 0.6, 0.3};
    double threshold = NetworkSlimming.threshold(factors, share);
    assertEquals(expected, Arrays.stream(factors).filter(x -> x <= threshold).count());
  }

  @ParameterizedTest
  @CsvSource({"CHAIN, 0.5", "RESIDUAL, 0.3", "PRE_ACTIVATION, 0.4", "CONCAT, 0.25"})
  void prune_byItsOwnThreshold_removesExactlyThatMany(Kind kind, double share) {
    Graph graph = TinyNetworks.of(kind, true);
    // A rate of next to nothing: the factors stay what they are.
    PruneResult result =
        Nets.prune(
            graph,
            "slimming",
            Optional.empty(),
            path,
            Map.of("epochs", "1", "learning-rate", "1e-30", "reach", "0", "share", "" + share));
    int factors = UnitFactors.of(factors(graph, true).of(graph)).length;
    int expected = (int) Math.floor(share * factors) + 1;
    assertEquals(expected, result.records().path("sparsity-01").path("removed").asInt());
    assertEquals(expected, removed(result.plan()));
    assertTrue(result.findings().getFirst().maxDifference() < 1e-9);
  }

  /** A grouped convolution loses equally many channels of each group: fewer than the rule says. */
  @Test
  void prune_byItsOwnThreshold_keepsGroupsOfAConvolutionEqual() {
    Graph graph = TinyNetworks.of(Kind.GROUPED, true);
    PruneResult result =
        Nets.prune(
            graph,
            "slimming",
            Optional.empty(),
            path,
            Map.of("epochs", "1", "learning-rate", "1e-30", "reach", "0", "share", "0.5"));
    int count = removed(result.plan());
    assertTrue(count >= 2 && count <= 11, "removed " + count);
  }

  private static int removed(PruningPlan plan) {
    int count = 0;
    for (PlanEntry entry : plan.entries()) {
      count +=
          switch (entry) {
            case PlanEntry.Units units -> units.units().size();
            case PlanEntry.Selection s -> s.channels() - s.keep().size();
            default -> throw new AssertionError(entry.toString());
          };
    }
    return count;
  }

  // Streams

  @Test
  void gathers_onPreActivationNetwork_areBeforeTheFirstConvolutionsAndTheClassifier() {
    Graph graph = Zoo.build("preresnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    Gathers gathers = Gathers.of(graph, map);
    List<String> readers = gathers.sites().stream().flatMap(s -> s.readers().stream()).toList();
    assertEquals(10, readers.size());
    assertEquals(9, readers.stream().filter(name -> name.endsWith(".conv1")).count());
    // The streams of three widths stay, what is inside the blocks goes as units.
    List<ChannelGroup> free =
        map.groups().stream().filter(g -> !gathers.whole().contains(g.index())).toList();
    assertEquals(9, free.size());
    assertTrue(free.stream().allMatch(g -> g.producers().size() == 1));
    int inputs = gathers.inputs().stream().mapToInt(ChannelGroup::units).sum();
    assertEquals(4 * 16 + 3 * 32 - 16 + 3 * 64 - 32 + 16 + 32, inputs);
  }

  @Test
  void gathers_onDenseNetwork_areBehindEveryNormalisation() {
    Graph graph = Zoo.build("densenet40", 1);
    ChannelMap map = ChannelMap.of(graph);
    Gathers gathers = Gathers.of(graph, map);
    assertEquals(39, gathers.sites().size());
    assertEquals(map.groups().size(), gathers.whole().size());
    assertTrue(gathers.sites().getLast().scale().startsWith("last"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet20", "vgg11", "mobilenetv2", "resnext20"})
  void gathers_whereNoReaderHasANormalisationOfItsOwn_areNone(String name) {
    Graph graph = Zoo.build(name, 1);
    assertEquals(Gathers.NONE, Gathers.of(graph, ChannelMap.of(graph)));
  }

  @Test
  void prune_preActivationNetwork_leavesTheStreamWhole() {
    Graph graph = TinyNetworks.of(Kind.PRE_ACTIVATION, true);
    Map<String, String> quick = Map.of("epochs", "1");
    PruneResult gathered =
        Nets.prune(graph, "slimming", Optional.of(THIRD), path.resolve("gather"), quick);
    assertEquals(8, gathered.graph().weight("stem.weight").size(0));
    assertEquals(8, gathered.graph().weight("b.weight").size(0));
    assertTrue(gathered.plan().entries().stream().anyMatch(PlanEntry.Selection.class::isInstance));
    assertTrue(3 * gathered.after().macs() <= gathered.before().macs());
    PruneResult joint =
        Nets.prune(
            graph,
            "slimming",
            Optional.of(THIRD),
            path.resolve("joint"),
            Map.of("epochs", "1", "stream", "joint"));
    assertTrue(joint.graph().weight("stem.weight").size(0) < 8);
    PruneResult branches =
        Nets.prune(
            graph,
            "slimming",
            Optional.of(
                PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.7))
                    .withScope(PlanOptions.Scope.BRANCHES)),
            path.resolve("branches"),
            quick);
    assertEquals(8, branches.graph().weight("stem.weight").size(0));
  }

  @Test
  void budget_ofSelections_isMetAndNothingFitsBackIn() {
    Graph graph = Zoo.build("preresnet20", 1);
    ScaleFactors factors = factors(graph, true);
    ChannelMap map = factors.bench().channels();
    Scores scores = random(factors.of(graph));
    List<ChannelGroup> inputs = factors.gathers().inputs();
    for (Budget.Quantity quantity : Budget.Quantity.values()) {
      Budget.Counted budget = new Budget.Share(quantity, 0.8);
      Map<Integer, BitSet> removed =
          Planner.removal(graph, map, inputs, scores, PlanOptions.of(budget));
      if (quantity == Budget.Quantity.UNITS) {
        int all = map.units() + inputs.stream().mapToInt(ChannelGroup::units).sum();
        int gone = removed.values().stream().mapToInt(BitSet::cardinality).sum();
        assertEquals(all - budget.limit(all), gone);
        continue;
      }
      long limit = budget.limit(cost(graph, quantity));
      assertTrue(cost(cut(graph, factors, removed), quantity) <= limit);
      int checked = 0;
      for (Map.Entry<Integer, BitSet> group : removed.entrySet()) {
        int first = group.getValue().nextSetBit(0);
        if (first >= 0 && checked++ % 4 == 0) {
          Map<Integer, BitSet> less = new HashMap<>(removed);
          BitSet without = (BitSet) group.getValue().clone();
          without.clear(first);
          less.put(group.getKey(), without);
          assertTrue(cost(cut(graph, factors, less), quantity) > limit, "fits back in");
        }
      }
    }
  }

  private static Scores random(Scores like) {
    java.util.SplittableRandom random = new java.util.SplittableRandom(3);
    return new Scores(
        like.byGroup().stream()
            .map(row -> Arrays.stream(row).map(x -> x < 1e300 ? random.nextDouble() : x).toArray())
            .toList());
  }

  private static long cost(Graph graph, Budget.Quantity quantity) {
    Cost cost = Cost.of(graph);
    return quantity == Budget.Quantity.MACS ? cost.macs() : cost.params();
  }

  static Graph cut(Graph graph, ScaleFactors factors, Map<Integer, BitSet> removed) {
    return Surgeon.cut(graph, PruningPlan.of(graph, factors.entries(removed)));
  }

  @Test
  void prune_severalPasses_isForWholeChannels() {
    Graph graph = TinyNetworks.of(Kind.PRE_ACTIVATION, true);
    Map<String, String> passes = Map.of("epochs", "1", "passes", "3");
    MethodException problem =
        assertThrows(
            MethodException.class,
            () -> Nets.prune(graph, "slimming", Optional.of(THIRD), path.resolve("a"), passes));
    assertTrue(problem.getMessage().contains("stream=joint"), problem.getMessage());
    Graph residual = TinyNetworks.of(Kind.RESIDUAL, true);
    PruneResult result =
        Nets.prune(residual, "slimming", Optional.of(THIRD), path.resolve("b"), passes);
    assertTrue(3 * result.after().macs() <= result.before().macs());
    assertEquals(3, result.findings().size());
    assertTrue(result.records().has("sparsity-03"));
  }

  /** 20 channels: floor(0.2 x 20) + 1 go, and of the 15 that are left floor(0.2 x 15) + 1. */
  @Test
  void prune_severalPassesByItsOwnThreshold_takesTheShareOfWhatIsLeft() {
    Graph graph = TinyNetworks.of(Kind.CHAIN, true);
    Map<String, String> passes =
        Map.of(
            "epochs", "1", "learning-rate", "1e-30", "reach", "0", "share", "0.2", "passes", "2");
    PruneResult result = Nets.prune(graph, "slimming", Optional.empty(), path, passes);
    assertEquals(5, result.records().path("sparsity-01").path("removed").asInt());
    assertEquals(4, result.records().path("sparsity-02").path("removed").asInt());
    assertEquals(9, removed(result.plan()));
    double[] scales = UnitFactors.of(factors(graph, true).of(graph));
    Arrays.sort(scales);
    double[] left = UnitFactors.of(factors(result.graph(), true).of(result.graph()));
    Arrays.sort(left);
    assertArrayEquals(Arrays.copyOfRange(scales, 9, 20), left, 1e-6);
  }
}
