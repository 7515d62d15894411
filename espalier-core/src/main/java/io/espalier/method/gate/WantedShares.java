package io.espalier.method.gate;

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
 * How many units of each group should stay: the same share of every group, so large that the budget
 * is met, or the share that explicit ratios leave.
 *
 * @param kept number of units to keep by group index
 */
public record WantedShares(Map<Integer, Integer> kept) {
  public WantedShares {
    kept = Map.copyOf(kept);
  }

  /**
   * The shares that meet {@code options}.
   *
   * @param whole indices of groups that must stay whole
   * @param otherwise the share to keep where neither a budget nor ratios say it
   * @throws io.espalier.surgery.PlanException if the budget cannot be met
   */
  public static WantedShares of(
      Graph graph, ChannelMap map, PlanOptions options, Set<Integer> whole, double otherwise) {
    PlanOptions asked = options.hasSize() ? options : options.withRatios(Map.of("*", 1 - otherwise));
    PlanOptions uniform = asked.withRanking(PlanOptions.Ranking.UNIFORM);
    Scores order = Scores.of(map, group -> inOrder(group, whole.contains(group.index())));
    Map<Integer, BitSet> removed = removal(graph, map, order, uniform);
    Map<Integer, Integer> kept = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      BitSet gone = removed.getOrDefault(group.index(), new BitSet());
      kept.put(group.index(), group.units() - gone.cardinality());
    }
    return new WantedShares(kept);
  }

  private static double[] inOrder(ChannelGroup group, boolean stays) {
    double[] scores = new double[group.units()];
    Arrays.setAll(scores, unit -> stays ? Double.POSITIVE_INFINITY : unit);
    return scores;
  }

  /** The units to remove under {@code options}, aligned where that is asked for. */
  static Map<Integer, BitSet> removal(
      Graph graph, ChannelMap map, Scores scores, PlanOptions options) {
    return options.align() > 1
        ? Alignment.removal(graph, map, scores, options, Map.of()).removed()
        : Planner.removal(graph, map, scores, options);
  }
}
