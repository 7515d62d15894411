package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.LayerFreedom;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns scores into a plan that meets a budget from below: the least units go until the cost is at
 * most the budget, then every one that fits back in comes back, the most important first. Units
 * whose score is infinite stay. Shares, ratios and floors are of the original widths also where
 * some units are out already.
 */
public final class Planner {
  private final Graph graph;
  private final ChannelMap map;
  private final List<ChannelGroup> groups;
  private final Scores scores;
  private final PlanOptions options;
  private final WidthCost cost;
  private final List<List<Atoms.Atom>> atoms = new ArrayList<>();
  private final Map<Integer, BitSet> gone;

  private Planner(
      Graph graph,
      ChannelMap map,
      List<ChannelGroup> inputs,
      Scores scores,
      PlanOptions options,
      Map<Integer, BitSet> gone) {
    this.graph = graph;
    this.map = map;
    this.groups = Stream.concat(map.groups().stream(), inputs.stream()).toList();
    this.scores = scores;
    this.options = options;
    this.gone = gone;
    this.cost = new WidthCost(graph, map, inputs, options.floor());
    if (!gone.isEmpty() && !scores.losses().isEmpty()) {
      throw new IllegalArgumentException("losses are those of a network of which nothing is gone");
    }
    gone.forEach((group, units) -> cost.remove(group, units.stream().toArray()));
    requireMatches();
    Set<Integer> whole =
        options.scope() == PlanOptions.Scope.BRANCHES ? Streams.of(graph, map) : Set.of();
    for (ChannelGroup group : groups) {
      boolean stays = group.producers().stream().anyMatch(p -> matches(p, options.freeze()));
      stays |= whole.contains(group.index());
      atoms.add(stays ? List.of() : Atoms.of(group, scores, options.align(), out(group)));
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
    return removal(graph, map, scores, options, Map.of());
  }

  /**
   * The units to remove, by group index, those that are out already among them.
   *
   * @param gone units that are out already and stay out, by group index; their scores do not count
   * @throws PlanException if the budget cannot be met; the message says how far it can be
   */
  public static Map<Integer, BitSet> removal(
      Graph graph, ChannelMap map, Scores scores, PlanOptions options, Map<Integer, BitSet> gone) {
    Reach reach = reach(graph, map, scores, options, gone);
    options.budget().ifPresent(budget -> reach.requireMet(budget, graph.name()));
    return reach.removed();
  }

  /**
   * The units to remove and, ranked with them, the inputs of layers that gathers leave out.
   *
   * @param inputs groups of {@link ChannelMap#inputs} whose numbers go on where those of {@code
   *     map}'s groups end; a budget of units counts them too
   * @param scores of all groups, those of {@code inputs} last; infinite for units that are read
   *     through one of them, because what is read stays whole
   * @throws PlanException if the budget cannot be met; the message says how far it can be
   */
  public static Map<Integer, BitSet> removal(
      Graph graph, ChannelMap map, List<ChannelGroup> inputs, Scores scores, PlanOptions options) {
    Reach reach = reach(new Planner(graph, map, inputs, scores, unaligned(options), Map.of()));
    options.budget().ifPresent(budget -> reach.requireMet(budget, graph.name()));
    return reach.removed();
  }

  private static PlanOptions unaligned(PlanOptions options) {
    if (options.align() > 1) {
      throw new PlanException("inputs that gathers leave out cannot be aligned: prune without");
    }
    return options;
  }

  /**
   * The units to remove, by group index, where a threshold decides: every unit whose score is at
   * most {@code threshold}, but for those that {@code options} keep and those without which a layer
   * would fall below its floor. What must go together goes where the threshold takes all of it. The
   * budget and the ratios of {@code options} have no part in it.
   *
   * @param gone units that are out already and stay out, by group index; they are in the result
   */
  public static Map<Integer, BitSet> removalUpTo(
      Graph graph,
      ChannelMap map,
      Scores scores,
      PlanOptions options,
      double threshold,
      Map<Integer, BitSet> gone) {
    return new Planner(graph, map, List.of(), scores, options, gone).upTo(threshold);
  }

  /**
   * As {@link #removalUpTo(Graph, ChannelMap, Scores, PlanOptions, double, Map)} and, in one order
   * with the units, inputs of layers as in {@link #removal(Graph, ChannelMap, List, Scores,
   * PlanOptions)}.
   */
  public static Map<Integer, BitSet> removalUpTo(
      Graph graph,
      ChannelMap map,
      List<ChannelGroup> inputs,
      Scores scores,
      PlanOptions options,
      double threshold) {
    return new Planner(graph, map, inputs, scores, unaligned(options), Map.of()).upTo(threshold);
  }

  private Map<Integer, BitSet> upTo(double threshold) {
    atoms.stream()
        .flatMap(List::stream)
        .filter(
            atom ->
                Arrays.stream(atom.units()).allMatch(u -> scores.of(atom.group(), u) <= threshold))
        .sorted(Comparator.comparingDouble(Atoms.Atom::score))
        .forEach(atom -> cost.remove(atom.group(), atom.units()));
    return cost.removed();
  }

  /**
   * The units that go if {@code group} alone loses as many as make at most {@code share} of it;
   * what {@code options} keep stays.
   *
   * @param group index of the group
   */
  public static Map<Integer, BitSet> alone(
      Graph graph, ChannelMap map, Scores scores, PlanOptions options, int group, double share) {
    Planner planner = new Planner(graph, map, List.of(), scores, options, Map.of());
    planner.removeShare(map.groups().get(group), share);
    return planner.cost.removed();
  }

  /**
   * How far a plan gets.
   *
   * @param removed the units that go, by group index
   * @param macs MACs that remain
   * @param quantity how much of the budget's quantity remains; 0 without a budget
   * @param limit the most that may remain of it
   * @param original how much of it there is in the original network
   */
  record Reach(Map<Integer, BitSet> removed, long macs, long quantity, long limit, long original) {
    boolean met() {
      return quantity <= limit;
    }

    private void requireMet(Budget.Counted budget, String network) {
      if (original == 0) {
        throw new PlanException(
            "budget %s means nothing for '%s': nothing in it could be counted; 'espalier inspect' names what is not modelled"
                .formatted(budget, network));
      }
      if (!met()) {
        throw new PlanException(
            "budget %s cannot be met: at least %.2f%% (%d of %d) of '%s' remains; %s"
                .formatted(
                    budget,
                    100.0 * quantity / original,
                    quantity,
                    original,
                    network,
                    hint(budget)));
      }
    }
  }

  /** A small number of anything is a share whose sign was forgotten. */
  private static String hint(Budget.Counted budget) {
    return budget instanceof Budget.Absolute absolute && absolute.most() <= 100
        ? "a share is written %s%%".formatted(budget)
        : "ask for more, lower the floor or freeze less";
  }

  /** As {@link #removal}, but a budget that cannot be met is only said. */
  static Reach reach(
      Graph graph, ChannelMap map, Scores scores, PlanOptions options, Map<Integer, BitSet> gone) {
    return reach(new Planner(graph, map, List.of(), scores, options, gone));
  }

  private static Reach reach(Planner planner) {
    PlanOptions options = planner.options;
    planner.removeRatios();
    options.budget().ifPresent(planner::meet);
    WidthCost cost = planner.cost;
    long macs = cost.current(Budget.Quantity.MACS);
    return options
        .budget()
        .map(
            budget ->
                new Reach(
                    cost.removed(),
                    macs,
                    cost.current(budget.quantity()),
                    budget.limit(cost.original(budget.quantity())),
                    cost.original(budget.quantity())))
        .orElseGet(() -> new Reach(cost.removed(), macs, 0, 0, 0));
  }

  /** A pattern that matches nothing is a slip of the pen, which would prune what should stay. */
  private void requireMatches() {
    List<String> producers = map.groups().stream().flatMap(g -> g.producers().stream()).toList();
    List<String> layers = map.layers().stream().map(LayerFreedom::node).toList();
    for (String pattern : options.freeze()) {
      if (none(pattern, producers) && none(pattern, layers)) {
        throw new PlanException(
            "freeze '%s' matches no layer of '%s' whose channels can be kept; 'espalier inspect --all' lists the layers and the groups that they belong to"
                .formatted(pattern, graph.name()));
      }
    }
    for (String pattern : options.ratios().keySet()) {
      if (none(pattern, producers)) {
        throw new PlanException(
            "ratio of '%s' matches no prunable layer of '%s'; 'espalier inspect --all' lists them"
                .formatted(pattern, graph.name()));
      }
    }
  }

  private static boolean none(String pattern, List<String> names) {
    return names.stream().noneMatch(name -> matches(name, List.of(pattern)));
  }

  private BitSet out(ChannelGroup group) {
    return gone.getOrDefault(group.index(), new BitSet());
  }

  /** Removes what explicit ratios ask for. */
  private void removeRatios() {
    for (ChannelGroup group : groups) {
      ratio(group).ifPresent(share -> removeShare(group, share));
    }
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
    int count = out(group).cardinality();
    for (Atoms.Atom atom : atoms.get(group.index())) {
      if (count + atom.units().length > most) {
        return;
      }
      count += cost.remove(atom.group(), atom.units()) ? atom.units().length : 0;
    }
  }

  private void meet(Budget.Counted budget) {
    long limit = budget.limit(cost.original(budget.quantity()));
    List<List<Atoms.Atom>> ranked =
        groups.stream()
            .filter(group -> ratio(group).isEmpty())
            .map(group -> atoms.get(group.index()))
            .toList();
    if (options.align() > 1 || !scores.losses().isEmpty()) {
      boolean uniform = options.ranking() == PlanOptions.Ranking.UNIFORM;
      List<Integer> writers = groups.stream().map(g -> g.producers().size()).toList();
      new BlockSelection(cost, budget.quantity(), limit, writers, scores.losses(), ranked)
          .meet(uniform ? Optional.of(uniformOrder()) : Optional.empty());
      return;
    }
    List<Atoms.Atom> order =
        switch (options.ranking()) {
          case GLOBAL ->
              ranked.stream()
                  .flatMap(List::stream)
                  .sorted(Comparator.comparingDouble(Atoms.Atom::score))
                  .toList();
          case UNIFORM -> uniformOrder();
        };
    List<Atoms.Atom> removed = new ArrayList<>();
    for (Atoms.Atom atom : order) {
      if (cost.current(budget.quantity()) <= limit) {
        break;
      }
      if (cost.remove(atom.group(), atom.units())) {
        removed.add(atom);
      }
    }
    restore(budget, limit, removed);
  }

  /** Atoms in the order in which equal shares of all groups go. */
  private List<Atoms.Atom> uniformOrder() {
    record Turn(double share, Atoms.Atom atom) {}
    List<Turn> turns = new ArrayList<>();
    for (ChannelGroup group : groups) {
      if (ratio(group).isEmpty()) {
        int count = out(group).cardinality();
        for (Atoms.Atom atom : atoms.get(group.index())) {
          count += atom.units().length;
          turns.add(new Turn((double) count / group.units(), atom));
        }
      }
    }
    return turns.stream().sorted(Comparator.comparingDouble(Turn::share)).map(Turn::atom).toList();
  }

  /** A budget that is not met leaves everything out, so that what remains is the least there is. */
  private void restore(Budget.Counted budget, long limit, List<Atoms.Atom> removed) {
    for (Atoms.Atom atom : removed.reversed()) {
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
