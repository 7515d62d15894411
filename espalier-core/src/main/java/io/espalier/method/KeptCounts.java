package io.espalier.method;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.surgery.Alignment;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Scores;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How many units of each group are to stay, for methods that must know it before they choose: the
 * same share of every group, as large as the budget allows, and what explicit ratios leave.
 *
 * @param byGroup number of units that stay, by group index
 */
public record KeptCounts(Map<Integer, Integer> byGroup) {
  public KeptCounts {
    byGroup = Map.copyOf(byGroup);
  }

  /**
   * The counts that meet {@code options}.
   *
   * @param whole indices of groups that must stay whole
   * @param otherwise the share that stays of every group where neither a budget nor ratios say it
   * @throws io.espalier.surgery.PlanException if the budget cannot be met
   */
  public static KeptCounts of(
      Graph graph, ChannelMap map, PlanOptions options, Set<Integer> whole, double otherwise) {
    PlanOptions sized =
        options.hasSize() ? options : options.withRatios(Map.of("*", 1 - otherwise));
    PlanOptions uniform = sized.withRanking(PlanOptions.Ranking.UNIFORM);
    Scores order = Scores.of(map, group -> inOrder(group, whole.contains(group.index())));
    Map<Integer, BitSet> removed =
        uniform.align() > 1
            ? Alignment.removal(graph, map, order, uniform, Map.of()).removed()
            : Planner.removal(graph, map, order, uniform);
    Map<Integer, Integer> kept = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      BitSet gone = removed.getOrDefault(group.index(), new BitSet());
      kept.put(group.index(), group.units() - gone.cardinality());
    }
    return new KeptCounts(kept);
  }

  private static double[] inOrder(ChannelGroup group, boolean stays) {
    double[] scores = new double[group.units()];
    Arrays.setAll(scores, unit -> stays ? Double.POSITIVE_INFINITY : unit);
    return scores;
  }

  /** Number of units of {@code group} that stay. */
  public int of(ChannelGroup group) {
    return byGroup.get(group.index());
  }

  /** Whether all units of {@code group} stay. */
  public boolean whole(ChannelGroup group) {
    return of(group) == group.units();
  }
}
