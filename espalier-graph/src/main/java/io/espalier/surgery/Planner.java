package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns scores into a plan that meets a budget from below: the least units go until the cost is at
 * most the budget, then every one that fits back in comes back, the most important first.
 */
public final class Planner {
  private final Graph graph;
  private final ChannelMap map;
  private final PlanOptions options;
  private final WidthCost cost;
  private final List<List<Atoms.Atom>> atoms = new ArrayList<>();

  private Planner(Graph graph, ChannelMap map, Scores scores, PlanOptions options) {
    this.graph = graph;
    this.map = map;
    this.options = options;
    this.cost = new WidthCost(graph, map, options.floor());
    for (ChannelGroup group : map.groups()) {
      boolean stays = group.producers().stream().anyMatch(p -> matches(p, options.freeze()));
      atoms.add(stays ? List.of() : Atoms.of(group, scores, options.align()));
    }
  }

  /**
   * A plan for {@code graph}.
   *
   * @throws PlanException if the budget cannot be met; the message says how far it can be
   */
  public static PruningPlan plan(Graph graph, ChannelMap map, Scores scores, PlanOptions options) {
    return Plans.units(graph, map, removal(graph, map, scores, options));
  }

  /** The units that {@link #plan} removes, by group index. */
  public static Map<Integer, BitSet> removal(
      Graph graph, ChannelMap map, Scores scores, PlanOptions options) {
    Planner planner = new Planner(graph, map, scores, options);
    List<Atoms.Atom> ranked = planner.removeRatios();
    options.budget().ifPresent(budget -> planner.meet(budget, ranked));
    return planner.cost.removed();
  }

  /** Removes what explicit ratios ask for; returns the atoms of the other groups. */
  private List<Atoms.Atom> removeRatios() {
    List<Atoms.Atom> ranked = new ArrayList<>();
    for (ChannelGroup group : map.groups()) {
      Optional<Double> ratio = ratio(group);
      if (ratio.isEmpty()) {
        ranked.addAll(atoms.get(group.index()));
      } else {
        removeShare(group, ratio.get());
      }
    }
    return ranked;
  }

  private Optional<Double> ratio(ChannelGroup group) {
    return options.ratios().entrySet().stream()
        .filter(
            entry -> group.producers().stream().anyMatch(p -> matches(p, List.of(entry.getKey()))))
        .map(Map.Entry::getValue)
        .max(Comparator.naturalOrder());
  }

  /** Removes atoms of {@code group} while at most {@code share} of its units are gone. */
  private void removeShare(ChannelGroup group, double share) {
    int most = (int) Math.floor(share * group.units() + 1e-9);
    int gone = 0;
    for (Atoms.Atom atom : atoms.get(group.index())) {
      if (gone + atom.units().length > most) {
        return;
      }
      gone += cost.remove(atom.group(), atom.units()) ? atom.units().length : 0;
    }
  }

  private void meet(Budget.Counted budget, List<Atoms.Atom> ranked) {
    long limit = budget.limit(cost.original(budget.quantity()));
    List<Atoms.Atom> order =
        switch (options.ranking()) {
          case GLOBAL ->
              ranked.stream().sorted(Comparator.comparingDouble(Atoms.Atom::score)).toList();
          case UNIFORM -> uniformOrder();
        };
    List<Atoms.Atom> gone = new ArrayList<>();
    for (Atoms.Atom atom : order) {
      if (cost.current(budget.quantity()) <= limit) {
        break;
      }
      if (cost.remove(atom.group(), atom.units())) {
        gone.add(atom);
      }
    }
    requireMet(budget, limit);
    restore(budget, limit, gone);
  }

  /** Atoms in the order in which equal shares of all groups go. */
  private List<Atoms.Atom> uniformOrder() {
    record Turn(double share, Atoms.Atom atom) {}
    List<Turn> turns = new ArrayList<>();
    for (ChannelGroup group : map.groups()) {
      if (ratio(group).isEmpty()) {
        int gone = 0;
        for (Atoms.Atom atom : atoms.get(group.index())) {
          gone += atom.units().length;
          turns.add(new Turn((double) gone / group.units(), atom));
        }
      }
    }
    return turns.stream().sorted(Comparator.comparingDouble(Turn::share)).map(Turn::atom).toList();
  }

  private void requireMet(Budget.Counted budget, long limit) {
    long reached = cost.current(budget.quantity());
    if (reached > limit) {
      long original = cost.original(budget.quantity());
      throw new PlanException(
          "budget %s cannot be met: at least %.1f%% (%d of %d) of '%s' remains; ask for more, lower the floor or freeze less"
              .formatted(budget, 100.0 * reached / original, reached, original, graph.name()));
    }
  }

  private void restore(Budget.Counted budget, long limit, Collection<Atoms.Atom> gone) {
    for (Atoms.Atom atom : new ArrayList<>(gone).reversed()) {
      cost.restore(atom.group(), atom.units());
      if (cost.current(budget.quantity()) > limit) {
        cost.remove(atom.group(), atom.units());
      }
    }
  }

  private static boolean matches(String name, Collection<String> patterns) {
    return patterns.stream().anyMatch(pattern -> Glob.of(pattern).matches(name));
  }
}
