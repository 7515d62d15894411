package io.espalier.surgery;

import static io.espalier.surgery.PlannerTest.gone;
import static io.espalier.surgery.PlannerTest.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans by what the loss of each number of units is known to be. */
class PlannerLossesTest {
  private static final Budget.Counted HALF = new Budget.Share(Budget.Quantity.MACS, 0.5);

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
