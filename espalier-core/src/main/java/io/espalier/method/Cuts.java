package io.espalier.method;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.Plans;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A network on its way to a smaller one: what is left of it, and what has gone, in terms of the
 * original. Every cut is proved.
 */
final class Cuts {
  private final PruneJob job;
  private final Stages stages;
  private final ChannelMap original;
  private final List<PlanCheck.Finding> findings = new ArrayList<>();
  private Map<Integer, BitSet> removed = Map.of();
  private Optional<PruningPlan> plan = Optional.empty();
  private Graph graph;
  private ChannelMap map;

  Cuts(PruneJob job, Stages stages) {
    this.job = job;
    this.stages = stages;
    this.original = ChannelMap.of(job.graph());
    this.graph = job.graph();
    this.map = original;
  }

  /** The channels of the network that was given. */
  ChannelMap original() {
    return original;
  }

  /** What is left. */
  Graph graph() {
    return graph;
  }

  /** The channels of what is left. */
  ChannelMap map() {
    return map;
  }

  /** What is out, by group of the original. */
  Map<Integer, BitSet> removed() {
    return removed;
  }

  /** Everything that is out, in terms of the original; empty before the first cut. */
  Optional<PruningPlan> plan() {
    return plan;
  }

  List<PlanCheck.Finding> findings() {
    return findings;
  }

  UnitTrace trace() {
    return UnitTrace.of(original, removed, map);
  }

  /** Scores of {@link #graph()}'s units for those of the original. */
  Scores inOriginal(Scores scores) {
    return removed.isEmpty() ? scores : trace().toOriginal(scores);
  }

  /** Plans for the original: from its channels and what is out to what is to be out. */
  interface Planning extends BiFunction<ChannelMap, Map<Integer, BitSet>, Map<Integer, BitSet>> {}

  /** What {@code planning} removes besides what is out, in terms of {@link #graph()}. */
  Map<Integer, BitSet> ofCurrent(Planning planning) {
    plan.ifPresent(made -> requireUnits(made.entries()));
    Map<Integer, BitSet> all = planning.apply(original, removed);
    return removed.isEmpty() ? all : trace().toCurrent(without(all, removed));
  }

  /** Goes on with other weights in the same structure. */
  void replace(Graph trained) {
    requireSameNodes(trained);
    graph = trained;
  }

  /** Cuts until everything is out that {@code whole}, a plan for the original, removes. */
  void until(String stage, PruningPlan whole) {
    boolean first = plan.isEmpty();
    Map<Integer, BitSet> now = units(whole.entries(), original);
    PruningPlan delta =
        first ? whole : Plans.units(graph, map, trace().toCurrent(without(now, removed)));
    removed = now;
    plan = Optional.of(whole);
    if (!delta.entries().isEmpty()) {
      apply(stage, graph, delta);
    }
  }

  /**
   * Cuts {@code entries} out of {@code edited}, which has the structure of {@link #graph()}.
   *
   * @throws MethodException if there was a cut before and one of both has other entries than units
   */
  void by(String stage, Graph edited, List<PlanEntry> entries) {
    requireSameNodes(edited);
    boolean first = plan.isEmpty();
    Map<Integer, BitSet> out = units(entries, map);
    if (first) {
      plan = Optional.of(PruningPlan.of(job.graph(), entries));
    } else {
      requireUnits(plan.get().entries());
      requireUnits(entries);
      out = union(removed, trace().toOriginal(out));
      plan = Optional.of(Plans.units(job.graph(), original, out));
    }
    removed = out;
    graph = edited;
    if (!entries.isEmpty()) {
      apply(stage, edited, PruningPlan.of(edited, entries));
    }
  }

  private void apply(String stage, Graph before, PruningPlan delta) {
    Graph smaller = Surgeon.cut(before, delta);
    findings.add(stages.check(stage, before, delta, smaller));
    graph = stages.settled(smaller, WeightZeros.of(delta), findings.size());
    map = ChannelMap.of(graph);
  }

  private void requireSameNodes(Graph other) {
    if (!other.nodes().equals(graph.nodes())) {
      throw new IllegalArgumentException("the network has other nodes than the one on the bench");
    }
  }

  private static void requireUnits(List<PlanEntry> entries) {
    if (!entries.stream().allMatch(PlanEntry.Units.class::isInstance)) {
      throw new MethodException(
          "only cuts of whole channels can be made one after the other: use one pass");
    }
  }

  private static Map<Integer, BitSet> units(List<PlanEntry> entries, ChannelMap map) {
    Map<Integer, BitSet> units = new HashMap<>();
    for (PlanEntry entry : entries) {
      if (entry instanceof PlanEntry.Units e) {
        ChannelGroup group = map.group(e.group()).orElseThrow(() -> unknown(e.group()));
        BitSet bits = units.computeIfAbsent(group.index(), key -> new BitSet());
        e.units().forEach(bits::set);
      }
    }
    return units;
  }

  private static MethodException unknown(String group) {
    return new MethodException(
        "the plan removes channels of '%s', which the network does not have".formatted(group));
  }

  private static Map<Integer, BitSet> without(
      Map<Integer, BitSet> units, Map<Integer, BitSet> others) {
    Map<Integer, BitSet> rest = copy(units);
    others.forEach((group, bits) -> rest.getOrDefault(group, new BitSet()).andNot(bits));
    return rest;
  }

  private static Map<Integer, BitSet> union(
      Map<Integer, BitSet> units, Map<Integer, BitSet> others) {
    Map<Integer, BitSet> all = copy(units);
    others.forEach((group, bits) -> all.computeIfAbsent(group, key -> new BitSet()).or(bits));
    return all;
  }

  private static Map<Integer, BitSet> copy(Map<Integer, BitSet> units) {
    Map<Integer, BitSet> copy = new HashMap<>();
    units.forEach((group, bits) -> copy.put(group, (BitSet) bits.clone()));
    return copy;
  }
}
