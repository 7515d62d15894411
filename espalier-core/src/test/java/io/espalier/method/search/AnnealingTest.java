package io.espalier.method.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Scores;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.RunFolder;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnnealingTest {
  private static final Graph CHAIN = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);

  @TempDir Path path;

  private static PruneOptions options(PlanOptions plan, Map<String, String> settings) {
    return PruneOptions.of("annealing", plan)
        .withSettings(settings)
        .withEvaluation(EvaluateOptions.defaults().withThreads(1));
  }

  private static PlanOptions keep(Budget.Quantity quantity, double share) {
    return PlanOptions.of(new Budget.Share(quantity, share));
  }

  private static Pruner pruner(Graph graph, PruneOptions options) {
    return Pruner.of(graph, options).data(TinyNetworks.splits(), Normalization.preset("half"));
  }

  /** The unit {@code u} of a group is the {@code u}-th to go. */
  private static ShareOrder firstUnitsFirst(ChannelMap map) {
    return new ShareOrder(
        map, Scores.of(map, group -> IntStream.range(0, group.units()).asDoubleStream().toArray()));
  }

  @Test
  void order_ofShares_takesThemAllScaledAlike() {
    // Of 8 units a half and of 12 a quarter: 4 and 3 are exactly 7 units. Then twice as much.
    ChannelMap map = ChannelMap.of(CHAIN);
    ShareOrder order = firstUnitsFirst(map);
    double[] shares = {0.5, 0.25};
    Map<Integer, BitSet> seven = removed(map, order.of(shares), 13);
    assertEquals(BitSet.valueOf(new long[] {0b1111}), seven.get(0));
    assertEquals(BitSet.valueOf(new long[] {0b111}), seven.get(1));
    assertArrayEquals(shares, order.scaled(shares, seven), 1e-12);
    double[] halves = {0.25, 0.125};
    assertEquals(seven, removed(map, order.of(halves), 13));
    assertArrayEquals(shares, order.scaled(halves, seven), 1e-12);
    // Of the first group seven of eight at most, so that the rest falls to the second.
    Map<Integer, BitSet> most = removed(map, order.of(shares), 4);
    assertEquals(7, most.get(0).cardinality());
    assertEquals(9, most.get(1).cardinality());
  }

  private static Map<Integer, BitSet> removed(ChannelMap map, Scores scores, int left) {
    Budget.Counted budget = new Budget.Absolute(Budget.Quantity.UNITS, left);
    return Planner.removal(CHAIN, map, scores, PlanOptions.of(budget));
  }

  @Test
  void order_ofUnitsThatMustStay_keepsThem() {
    ChannelMap map = ChannelMap.of(CHAIN);
    Scores scores =
        Scores.of(
            map,
            group ->
                IntStream.range(0, group.units())
                    .mapToDouble(unit -> unit == 0 ? Double.POSITIVE_INFINITY : unit)
                    .toArray());
    Map<Integer, BitSet> removed =
        removed(map, new ShareOrder(map, scores).of(new double[] {1, 1}), 2);
    assertEquals(BitSet.valueOf(new long[] {0xFE}), removed.get(0));
    assertEquals(BitSet.valueOf(new long[] {0xFFE}), removed.get(1));
  }

  @ParameterizedTest
  @EnumSource(Budget.Quantity.class)
  void prune_toABudgetOfEachKind_meetsItAndIsAsGoodAsItsBestCandidate(Budget.Quantity quantity) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, false);
    PruneOptions options = options(keep(quantity, 0.5), Map.of("evaluations", "9"));
    PruneResult result = pruner(graph, options).run();
    long before =
        switch (quantity) {
          case MACS -> result.before().macs();
          case PARAMS -> result.before().params();
          case UNITS -> ChannelMap.of(graph).units();
        };
    long after =
        switch (quantity) {
          case MACS -> result.after().macs();
          case PARAMS -> result.after().params();
          case UNITS -> ChannelMap.of(result.graph()).units();
        };
    assertTrue(2 * after <= before);
    double best = Double.NEGATIVE_INFINITY;
    for (int number = 0; number < 9; number++) {
      JsonNode candidate = result.records().path("candidate-%04d".formatted(number));
      best = Math.max(best, 100 * candidate.path("accuracy").asDouble(-1));
    }
    assertEquals(best, result.records().path("allocation").path("score").asDouble());
    assertFalse(result.records().has("candidate-0009"));
  }

  @Test
  void prune_withFreezeFloorAndAlignment_respectsThem() {
    ChannelMap map = ChannelMap.of(CHAIN);
    String first = map.groups().getFirst().name();
    PlanOptions plan = keep(Budget.Quantity.MACS, 0.5).withFreeze(java.util.List.of(first));
    PruneResult frozen = pruner(CHAIN, options(plan, Map.of("evaluations", "3"))).run();
    assertEquals(8, frozen.graph().weight("first.weight").size(0));
    PlanOptions aligned = keep(Budget.Quantity.MACS, 0.5).withFloor(0.3).withAlign(4);
    PruneResult result = pruner(CHAIN, options(aligned, Map.of("evaluations", "3"))).run();
    assertTrue(result.alignment().orElseThrow().met());
    assertTrue(result.graph().weight("second.weight").size(0) >= 4);
  }

  @Test
  void prune_withPrior_takesNoSmallerShareOfTheGroupWithMoreWeights() {
    // The second convolution has 864 weights, the first 72.
    PruneOptions options = options(keep(Budget.Quantity.UNITS, 0.5), Map.of());
    PruneResult result = pruner(CHAIN, options).run();
    int candidates = 0;
    for (JsonNode candidate : result.records()) {
      if (candidate.has("temperature")) {
        candidates++;
        double first = 1 - candidate.path("widths").path(0).asInt() / 8.0;
        double second = 1 - candidate.path("widths").path(1).asInt() / 12.0;
        // A unit of either may go or stay by rounding.
        assertTrue(second + 1.0 / 8 >= first, candidate.toString());
      }
    }
    assertTrue(candidates >= 17, "sixteen falls of the temperature need 17 networks or more");
  }

  @Test
  void prune_killedMidSearch_goesOnToTheSameBits() {
    PruneOptions options = options(keep(Budget.Quantity.MACS, 0.5), Map.of("evaluations", "12"));
    PruneResult whole = pruner(CHAIN, options).run(RunFolder.at(path.resolve("whole")));
    RunFolder parts = RunFolder.at(path.resolve("parts"));
    AtomicInteger measuredBefore = new AtomicInteger();
    for (int calls = 4; calls < 40; calls += 9) {
      PruneResult part = pruner(CHAIN, options).stopWhen(after(calls)).run(parts);
      if (!part.complete()) {
        int measured = candidates(part);
        assertTrue(measured >= measuredBefore.getAndSet(measured));
      }
    }
    assertTrue(measuredBefore.get() > 0);
    PruneResult rest = pruner(CHAIN, options).run(parts);
    assertEquals(whole.plan(), rest.plan());
    assertEquals(whole.records(), rest.records());
    assertEquals(whole.graph().initializers(), rest.graph().initializers());
  }

  private static int candidates(PruneResult result) {
    return (int)
        result.records().propertyStream().filter(e -> e.getKey().startsWith("cand")).count();
  }

  private static BooleanSupplier after(int calls) {
    AtomicInteger count = new AtomicInteger();
    return () -> count.incrementAndGet() > calls;
  }

  @Test
  void prune_withOtherSeed_searchesElsewhere() {
    PruneOptions options = options(keep(Budget.Quantity.MACS, 0.5), Map.of("evaluations", "6"));
    PruneResult first = pruner(CHAIN, options).run();
    assertEquals(first.records(), pruner(CHAIN, options).run().records());
    assertNotEquals(first.records(), pruner(CHAIN, options.withSeed(2)).run().records());
  }

  @Test
  void prune_fromUniformShares_measuresTheUniformNetworkFirst() {
    Map<String, String> settings = new HashMap<>(Map.of("evaluations", "1", "start", "uniform"));
    PruneResult result = pruner(CHAIN, options(keep(Budget.Quantity.UNITS, 0.5), settings)).run();
    JsonNode widths = result.records().path("candidate-0000").path("widths");
    ChannelMap map = ChannelMap.of(CHAIN);
    for (ChannelGroup group : map.groups()) {
      assertEquals(group.units() / 2, widths.path(group.index()).asInt());
    }
  }

  @Test
  void prune_withoutBudget_isRefused() {
    PruneOptions options =
        options(keep(Budget.Quantity.MACS, 0.5).withoutSize(), Map.of("evaluations", "1"));
    assertThrows(MethodException.class, () -> pruner(CHAIN, options).run());
  }
}
