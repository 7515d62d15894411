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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
  private static final Budget.Counted HALF = new Budget.Share(Budget.Quantity.MACS, 0.5);

  private static Scores random(ChannelMap map, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return Scores.of(map, group -> random.doubles(group.units()).toArray());
  }

  private static int gone(Map<Integer, BitSet> removed, ChannelGroup group) {
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

  /** What a group loses grows ever faster: {@code weight * gone^2}. */
  private static Scores squares(ChannelMap map, double... weights) {
    return random(map, 1)
        .withLosses(
            map.groups().stream()
                .map(
                    group ->
                        IntStream.rangeClosed(0, group.units())
                            .mapToDouble(gone -> weights[group.index()] * gone * gone)
                            .toArray())
                .toList());
  }

  private static double loss(Scores scores, Map<Integer, BitSet> removed) {
    double sum = 0;
    for (int group = 0; group < scores.losses().size(); group++) {
      sum += scores.losses().get(group)[removed.getOrDefault(group, new BitSet()).cardinality()];
    }
    return sum;
  }

  @Test
  void removal_knownLosses_takesWhatLosesLeastForWhatItSaves() {
    // A unit is a unit: to remove n of all with loss a*i^2 + b*j^2 + ..., the last one of each
    // group
    // must cost the same. Weights 1 and 3 and nine units: 1, 3, 3, 5, 7, 9, 9, 11, 13 are the
    // cheapest steps, of which 3 and 9 are those of the second group (3*1, 3*3).
    Graph graph = Zoo.build("lenet", 1);
    ChannelMap map = ChannelMap.of(graph);
    double[] weights = new double[map.groups().size()];
    Arrays.fill(weights, 1000);
    weights[0] = 1;
    weights[1] = 3;
    Scores scores = squares(map, weights);
    Budget.Counted budget = new Budget.Absolute(Budget.Quantity.UNITS, map.units() - 9);
    Map<Integer, BitSet> removed = Planner.removal(graph, map, scores, PlanOptions.of(budget));
    assertEquals(7, gone(removed, map.groups().get(0)));
    assertEquals(2, gone(removed, map.groups().get(1)));
    // Those with the smallest scores of each group.
    for (ChannelGroup group : map.groups().subList(0, 2)) {
      double[] own = scores.byGroup().get(group.index()).clone();
      Arrays.sort(own);
      removed.get(group.index()).stream()
          .forEach(
              unit -> assertTrue(scores.of(group.index(), unit) <= own[gone(removed, group) - 1]));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void removal_knownLosses_isCloseToTheBestOfAllWidths(long seed) {
    Graph graph = Zoo.build("lenet", 1);
    ChannelMap map = ChannelMap.of(graph);
    SplittableRandom random = new SplittableRandom(seed);
    double[] weights = random.doubles(map.groups().size(), 0.1, 3).toArray();
    Scores scores = squares(map, weights);
    Map<Integer, BitSet> removed = Planner.removal(graph, map, scores, PlanOptions.of(HALF));
    WidthCost cost = new WidthCost(graph, map, 0);
    double best = best(map, cost, scores, HALF.limit(cost.original(Budget.Quantity.MACS)), 0);
    assertTrue(loss(scores, removed) <= 1.01 * best, loss(scores, removed) + " but " + best);
  }

  /** The least loss over all numbers of units to remove of each group. */
  private static double best(ChannelMap map, WidthCost cost, Scores scores, long limit, int group) {
    if (group == map.groups().size()) {
      boolean met = cost.current(Budget.Quantity.MACS) <= limit;
      return met ? 0 : Double.POSITIVE_INFINITY;
    }
    int units = map.groups().get(group).units();
    double[] own = scores.losses().get(group);
    double least = best(map, cost, scores, limit, group + 1);
    int unit = 0;
    while (unit < units && least > own[unit] && cost.remove(group, unit)) {
      unit++;
      least = Math.min(least, own[unit] + best(map, cost, scores, limit, group + 1));
    }
    cost.restore(group, IntStream.range(0, unit).toArray());
    return least;
  }

  @Test
  void removal_knownLosses_respectFloorFreezeAndAlignment() {
    Graph graph = Zoo.build("vgg11", 1);
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = squares(map, new SplittableRandom(1).doubles(map.groups().size()).toArray());
    ChannelGroup frozen = map.groups().get(3);
    PlanOptions options =
        PlanOptions.of(HALF).withFloor(0.25).withFreeze(List.of(frozen.name())).withAlign(8);
    Map<Integer, BitSet> removed =
        Alignment.removal(graph, map, scores, options, Map.of()).removed();
    for (ChannelGroup group : map.groups()) {
      int left = group.units() - gone(removed, group);
      assertEquals(0, left % 8);
      assertTrue(left >= group.units() / 4, group + " " + left);
    }
    assertEquals(0, gone(removed, frozen));
    assertTrue(2 * macs(graph, map, removed) <= Cost.of(graph).macs());
  }

  private static long macs(Graph graph, ChannelMap map, Map<Integer, BitSet> removed) {
    return Cost.of(Surgeon.cut(graph, Plans.units(graph, map, removed))).macs();
  }

  @Test
  void alone_takesOneGroupToAtMostTheShare() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = random(map, 1);
    ChannelGroup group = map.groups().get(2);
    Map<Integer, BitSet> removed =
        Planner.alone(graph, map, scores, PlanOptions.of(HALF).withoutSize(), 2, 0.3);
    assertEquals((int) (0.3 * group.units()), gone(removed, group));
    assertEquals(
        gone(removed, group), removed.values().stream().mapToInt(BitSet::cardinality).sum());
  }

  @Test
  void losses_thatFall_areRefused() {
    List<double[]> scores = List.of(new double[] {1, 2});
    assertThrows(
        IllegalArgumentException.class, () -> new Scores(scores, List.of(new double[] {0, 2, 1})));
    assertThrows(
        IllegalArgumentException.class, () -> new Scores(scores, List.of(new double[] {0, 2})));
  }
}
