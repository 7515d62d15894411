package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.method.Evidence;
import io.espalier.method.Workbench;
import io.espalier.method.criterion.UnitScores;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The scales of a network's normalisations as factors of what can go: of units and, where there are
 * gathers, of the inputs of single readers.
 *
 * @param bench where the network stands
 * @param gathers the places where readers choose for themselves
 * @param members how the scales of one unit make one factor
 */
record ScaleFactors(Workbench bench, Gathers gathers, UnitScores members) {
  private static double[] sizes(double[][] rows) {
    return Arrays.stream(rows)
        .mapToDouble(row -> Arrays.stream(row).map(Math::abs).sum())
        .toArray();
  }

  /** The factors in {@code graph}, which has the bench's nodes; infinite where there is none. */
  Scores of(Graph graph) {
    List<double[]> factors = new ArrayList<>();
    for (ChannelGroup group : bench.channels().groups()) {
      factors.add(gathers.whole().contains(group.index()) ? none(group) : ofUnits(graph, group));
    }
    for (Gathers.Site site : gathers.sites()) {
      factors.add(Arrays.stream(graph.weight(site.scale()).toDoubles()).map(Math::abs).toArray());
    }
    return new Scores(factors);
  }

  private double[] ofUnits(Graph graph, ChannelGroup group) {
    Evidence evidence = Evidence.of(graph, group, bench.seed());
    return members
        .score(evidence.slots(Role.SCALE), ScaleFactors::sizes)
        .orElseGet(() -> none(group));
  }

  private static double[] none(ChannelGroup group) {
    double[] none = new double[group.units()];
    Arrays.fill(none, Double.POSITIVE_INFINITY);
    return none;
  }

  /** Names of the scales that stand for something that the options let go. */
  Set<String> free() {
    ChannelMap map = bench.channels();
    Set<String> names = new TreeSet<>();
    upTo(of(bench.graph()).open(), 0)
        .forEach(
            (index, units) -> {
              if (index >= map.groups().size()) {
                names.add(gathers.sites().get(index - map.groups().size()).scale());
              } else if (!units.isEmpty()) {
                map.groups().get(index).members().stream()
                    .filter(member -> member.role() == Role.SCALE)
                    .map(Member::initializer)
                    .forEach(names::add);
              }
            });
    return names;
  }

  /** What goes under the budget, by the index of groups and sites. */
  Map<Integer, BitSet> underBudget(Scores scores, double done) {
    if (gathers.sites().isEmpty()) {
      return bench.removal(scores, done);
    }
    return Planner.removal(
        bench.graph(), bench.channels(), gathers.inputs(), scores, bench.options());
  }

  /** What goes under a threshold, by the index of groups and sites. */
  Map<Integer, BitSet> upTo(Scores scores, double threshold) {
    if (gathers.sites().isEmpty()) {
      return bench.removalUpTo(scores, threshold);
    }
    return Planner.removalUpTo(
        bench.graph(), bench.channels(), gathers.inputs(), scores, bench.options(), threshold);
  }

  /** Plan entries for what goes. */
  List<PlanEntry> entries(Map<Integer, BitSet> removed) {
    int groups = bench.channels().groups().size();
    Map<Integer, BitSet> units = new HashMap<>(removed);
    units.keySet().removeIf(index -> index >= groups);
    List<PlanEntry> entries = new ArrayList<>(bench.unitEntries(units));
    for (Gathers.Site site : gathers.sites()) {
      BitSet gone = removed.getOrDefault(site.inputs().index(), new BitSet());
      if (!gone.isEmpty()) {
        entries.addAll(site.selections(bench.channels(), gone));
      }
    }
    return entries;
  }
}
