package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.Balance;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.ValueType;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
  private static final Budget.Counted HALF = new Budget.Share(Budget.Quantity.MACS, 0.5);

  static Scores random(ChannelMap map, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return Scores.of(map, group -> random.doubles(group.units()).toArray());
  }

  static int gone(Map<Integer, BitSet> removed, ChannelGroup group) {
    return removed.getOrDefault(group.index(), new BitSet()).cardinality();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"lenet", "resnet20", "preresnet20", "densenet40", "mobilenetv2", "m-cifarnet"})
  void removal_randomScores_meetsBudgetAndNoUnitFitsBackIn(String name) {
    Graph graph = Zoo.build(name, 1);
    ChannelMap map = ChannelMap.of(graph);
    for (PlanOptions.Ranking ranking : PlanOptions.Ranking.values()) {
      for (Budget.Quantity quantity : Budget.Quantity.values()) {
        Budget.Counted budget = new Budget.Share(quantity, 0.4);
        PlanOptions options = PlanOptions.of(budget).withRanking(ranking);
        Map<Integer, BitSet> removed =
            Planner.removal(graph, map, random(map, quantity.ordinal()), options);
        WidthCost cost = new WidthCost(graph, map, 0);
        removed.forEach((group, units) -> cost.remove(group, units.stream().toArray()));
        long limit = budget.limit(cost.original(quantity));
        assertTrue(cost.current(quantity) <= limit);
        removed.forEach(
            (group, units) ->
                units.stream()
                    .forEach(
                        unit -> {
                          cost.restore(group, unit);
                          assertTrue(cost.current(quantity) > limit, group + "/" + unit);
                          cost.remove(group, unit);
                        }));
      }
    }
  }

  @Test
  void removal_globalRanking_keepsTheUnitsOfTheLargestScores() {
    Graph graph = Zoo.build("lenet", 1);
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = random(map, 3);
    Budget.Counted budget = new Budget.Absolute(Budget.Quantity.UNITS, map.units() - 100);
    Map<Integer, BitSet> removed = Planner.removal(graph, map, scores, PlanOptions.of(budget));
    double[] all = scores.byGroup().stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    for (ChannelGroup group : map.groups()) {
      for (int unit = 0; unit < group.units(); unit++) {
        boolean out = removed.getOrDefault(group.index(), new BitSet()).get(unit);
        assertEquals(scores.of(group.index(), unit) <= all[99], out);
      }
    }
  }

  @Test
  void removal_uniformRanking_takesEqualSharesOfAllGroups() {
    Graph graph = Zoo.build("resnet56", 1);
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options = PlanOptions.of(HALF).withRanking(PlanOptions.Ranking.UNIFORM);
    Map<Integer, BitSet> removed = Planner.removal(graph, map, random(map, 1), options);
    // One share fits all groups to within a unit.
    double most = 1;
    double least = 0;
    for (ChannelGroup group : map.groups()) {
      least = Math.max(least, (gone(removed, group) - 1.0) / group.units());
      most = Math.min(most, (gone(removed, group) + 1.0) / group.units());
    }
    assertTrue(least <= most && least > 0.2, least + " to " + most);
  }

  @Test
  void removal_ratiosByPattern_areTakenExactlyAndNotRanked() {
    Graph graph = Zoo.build("vgg11", 1);
    ChannelMap map = ChannelMap.of(graph);
    ChannelGroup first = map.groups().getFirst();
    ChannelGroup second = map.groups().get(1);
    PlanOptions options =
        PlanOptions.of(HALF)
            .withRatios(Map.of(first.name(), 0.25, second.name().replace("conv", "c*v"), 0.0));
    Map<Integer, BitSet> removed = Planner.removal(graph, map, random(map, 1), options);
    assertEquals(first.units() / 4, gone(removed, first));
    assertEquals(0, gone(removed, second));
    assertTrue(gone(removed, map.groups().get(2)) > 0);
  }

  @Test
  void removal_ratiosWithoutBudget_leavesTheRestWhole() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options =
        new PlanOptions(
            Optional.empty(),
            PlanOptions.Ranking.GLOBAL,
            Map.of("stage2*", 0.5),
            List.of(),
            0,
            1,
            PlanOptions.Scope.ALL);
    Map<Integer, BitSet> removed = Planner.removal(graph, map, random(map, 1), options);
    for (ChannelGroup group : map.groups()) {
      boolean named = group.producers().stream().anyMatch(p -> p.startsWith("stage2"));
      assertEquals(named ? group.units() / 2 : 0, gone(removed, group), group.toString());
    }
  }

  @Test
  void removal_frozenLayers_keepTheirChannels() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options = PlanOptions.of(HALF).withFreeze(List.of("stage1.*", "stem.conv"));
    Map<Integer, BitSet> removed = Planner.removal(graph, map, random(map, 1), options);
    for (ChannelGroup group : map.groups()) {
      if (group.producers().stream()
          .anyMatch(p -> p.startsWith("stage1.") || p.equals("stem.conv"))) {
        assertEquals(0, gone(removed, group), group.toString());
      }
    }
    assertTrue(removed.values().stream().anyMatch(units -> !units.isEmpty()));
  }

  @Test
  void removal_floor_keepsItsShareOfEveryLayer() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    Map<Integer, BitSet> removed =
        Planner.removal(graph, map, random(map, 1), PlanOptions.of(HALF).withFloor(0.6));
    Graph cut = Surgeon.cut(graph, Plans.units(graph, map, removed));
    for (String weight : graph.initializers().keySet()) {
      if (weight.endsWith("conv1.weight") || weight.endsWith("conv2.weight")) {
        assertTrue(cut.weight(weight).size(0) >= 0.6 * graph.weight(weight).size(0), weight);
      }
    }
  }

  @Test
  void removal_infiniteScores_stay() {
    Graph graph = Zoo.build("lenet", 1);
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = random(map, 1);
    double[] first = scores.byGroup().getFirst();
    Arrays.fill(first, 0, 5, Double.POSITIVE_INFINITY);
    Map<Integer, BitSet> removed =
        Planner.removal(
            graph,
            map,
            new Scores(List.of(first, scores.byGroup().get(1), scores.byGroup().get(2))),
            PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.2)));
    assertTrue(removed.get(0).cardinality() > 5);
    assertTrue(removed.get(0).nextSetBit(0) >= 5);
  }

  @Test
  void removal_budgetOutOfReach_saysHowFarItGets() {
    Graph graph = Zoo.build("lenet", 1);
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options = PlanOptions.of(HALF).withFreeze(List.of("*"));
    PlanException problem =
        assertThrows(
            PlanException.class, () -> Planner.removal(graph, map, random(map, 1), options));
    assertTrue(problem.getMessage().contains("at least 100.00%"), problem.getMessage());
    assertFalse(problem.getMessage().contains("\n"));
  }

  @Test
  void removal_ofANetworkInWhichNothingCounts_isRefused() {
    GraphBuilder builder = new GraphBuilder("odd");
    builder.input("x", ValueType.floats(1, 3, 4, 4));
    builder.add("y", new Op.Elementwise(Pointwise.RELU), "x");
    Graph graph = builder.output(new Port("y", ValueType.floats(1, 3, 4, 4))).build();
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options = PlanOptions.of(HALF);
    Scores none = new Scores(List.of());
    PlanException problem =
        assertThrows(PlanException.class, () -> Planner.removal(graph, map, none, options));
    assertTrue(problem.getMessage().contains("nothing in it could be counted"));
  }

  @ParameterizedTest
  @EnumSource(PlanOptions.Ranking.class)
  void removal_groupedConvolution_keepsItsGroupsEqual(PlanOptions.Ranking ranking) {
    Graph graph = Zoo.build("resnext20", 1);
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options = PlanOptions.of(HALF).withRanking(ranking);
    Map<Integer, BitSet> removed = Planner.removal(graph, map, random(map, 1), options);
    assertTrue(map.groups().stream().anyMatch(group -> !group.balances().isEmpty()));
    assertBalanced(map, removed);
    // Going on from there keeps the balance too.
    Map<Integer, BitSet> more =
        Planner.removal(
            graph,
            map,
            random(map, 2),
            options.withBudget(new Budget.Share(Budget.Quantity.MACS, 0.3)),
            removed);
    assertBalanced(map, more);
    Surgeon.cut(graph, Plans.units(graph, map, more));
  }

  private static void assertBalanced(ChannelMap map, Map<Integer, BitSet> removed) {
    for (ChannelGroup group : map.groups()) {
      BitSet out = removed.getOrDefault(group.index(), new BitSet());
      for (Balance balance : group.balances()) {
        long kinds =
            balance.blocks().stream()
                .map(block -> block.stream().filter(out::get).count())
                .distinct()
                .count();
        assertEquals(1, kinds, group.toString());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(PlanOptions.Ranking.class)
  void removal_unitsOutAlready_stayOutAndCount(PlanOptions.Ranking ranking) {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options = PlanOptions.of(HALF).withRanking(ranking);
    Map<Integer, BitSet> first =
        Planner.removal(
            graph,
            map,
            random(map, 1),
            options.withBudget(new Budget.Share(Budget.Quantity.MACS, 0.75)));
    Map<Integer, BitSet> second = Planner.removal(graph, map, random(map, 2), options, first);
    Map<Integer, BitSet> lost = new HashMap<>();
    first.forEach(
        (group, units) -> {
          BitSet missing = (BitSet) units.clone();
          missing.andNot(second.get(group));
          lost.put(group, missing);
        });
    assertTrue(lost.values().stream().allMatch(BitSet::isEmpty));
    Graph cut = Surgeon.cut(graph, Plans.units(graph, map, second));
    double share = (double) Cost.of(cut).macs() / Cost.of(graph).macs();
    assertTrue(share <= 0.5 && share > 0.47, "share " + share);
  }

  @Test
  void removalUpTo_takesExactlyWhatIsSmall_butFloorsAndFrozenStay() {
    Graph graph = Zoo.build("m-cifarnet", 1);
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = random(map, 1);
    PlanOptions options = PlanOptions.of(HALF).withoutSize();
    Map<Integer, BitSet> removed = Planner.removalUpTo(graph, map, scores, options, 0.4, Map.of());
    for (ChannelGroup group : map.groups()) {
      for (int unit = 0; unit < group.units(); unit++) {
        boolean out = removed.getOrDefault(group.index(), new BitSet()).get(unit);
        assertEquals(scores.of(group.index(), unit) <= 0.4, out);
      }
    }
    String frozen = map.groups().get(1).producers().getFirst();
    PlanOptions keep = options.withFloor(0.25).withFreeze(List.of(frozen));
    Map<Integer, BitSet> all = Planner.removalUpTo(graph, map, scores, keep, 1, Map.of());
    for (ChannelGroup group : map.groups()) {
      int stays = Math.max(1, (group.units() + 3) / 4);
      int expected = group.index() == 1 ? 0 : group.units() - stays;
      assertEquals(expected, gone(all, group), group.toString());
      BitSet out = all.getOrDefault(group.index(), new BitSet());
      double most = out.stream().mapToDouble(u -> scores.of(group.index(), u)).max().orElse(0);
      for (int unit = out.nextClearBit(0);
          unit < group.units() && group.index() != 1;
          unit = out.nextClearBit(unit + 1)) {
        assertTrue(scores.of(group.index(), unit) > most, "an important unit went first");
      }
    }
    Map<Integer, BitSet> more =
        Planner.removalUpTo(graph, map, random(map, 2), options, 0.1, removed);
    removed.forEach((group, units) -> assertTrue(contains(more.get(group), units)));
  }

  private static boolean contains(BitSet all, BitSet some) {
    BitSet rest = (BitSet) some.clone();
    rest.andNot(all);
    return rest.isEmpty();
  }
}
