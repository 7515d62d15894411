package io.espalier.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.surgery.Alignment;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Plans;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts a network step by step: score what is left, plan in terms of the original network, cut,
 * train a little. The plan of each step holds everything that is out by then.
 */
final class StepwiseCut {
  private final PruneJob job;
  private final PlanSource.ByMethod source;
  private final PruneStore store;
  private final Stages stages;
  private final ChannelMap original;
  private final List<PlanCheck.Finding> findings = new ArrayList<>();
  private final Set<String> warnings = new LinkedHashSet<>();
  private Map<Integer, BitSet> removed = Map.of();
  private Optional<Long> nearestMacs = Optional.empty();
  private Optional<PruningPlan> plan = Optional.empty();
  private Graph graph;

  StepwiseCut(PruneJob job, PlanSource.ByMethod source, PruneStore store, Stages stages) {
    this.job = job;
    this.source = source;
    this.store = store;
    this.stages = stages;
    this.original = ChannelMap.of(job.graph());
    this.graph = job.graph();
  }

  Graph graph() {
    return graph;
  }

  /** Everything that is out, in terms of the original network; empty before the first step. */
  Optional<PruningPlan> plan() {
    return plan;
  }

  List<PlanCheck.Finding> findings() {
    return findings;
  }

  Set<String> warnings() {
    return warnings;
  }

  /** MACs of the nearest aligned network, where the last plan could not be aligned. */
  Optional<Long> nearestMacs() {
    return nearestMacs;
  }

  /** Does all steps; false if it was asked to stop before the end. */
  boolean run() {
    int steps = source.iteration().steps();
    for (int step = 1; step <= steps; step++) {
      if (stages.stopped()) {
        return false;
      }
      cut(step);
      if (step < steps && !train(step)) {
        return false;
      }
    }
    return true;
  }

  private void cut(int step) {
    String name = "plan-%02d".formatted(step);
    ChannelMap map = step == 1 ? original : ChannelMap.of(graph);
    UnitTrace trace = UnitTrace.of(original, removed, map);
    JsonNode facts = store.stage(name, () -> makePlan(name, step, map, trace));
    facts.path("warnings").forEach(warning -> warnings.add(warning.asText()));
    JsonNode nearest = facts.path("nearestMacs");
    nearestMacs = nearest.isNumber() ? Optional.of(nearest.asLong()) : Optional.empty();
    PruningPlan whole = store.plan(name);
    plan = Optional.of(whole);
    Map<Integer, BitSet> now = units(whole);
    PruningPlan delta =
        step == 1 ? whole : Plans.units(graph, map, trace.toCurrent(without(now, removed)));
    removed = now;
    if (!delta.entries().isEmpty()) {
      Graph smaller = Surgeon.cut(graph, delta);
      findings.add(stages.check("check-%02d".formatted(step), graph, delta, smaller));
      graph = stages.recalibrated(smaller);
    }
  }

  /** Writes the plan of a step; returns what else is worth remembering about it. */
  private ObjectNode makePlan(String name, int step, ChannelMap map, UnitTrace trace) {
    ObjectNode facts = JsonNodeFactory.instance.objectNode();
    Scores scores = trace.toOriginal(score(step, map, facts));
    PlanOptions options = options(step);
    Map<Integer, BitSet> now;
    if (options.align() > 1) {
      Alignment.Outcome outcome =
          Alignment.removal(job.graph(), original, scores, options, removed);
      outcome.nearestMacs().ifPresent(macs -> facts.put("nearestMacs", macs));
      now = outcome.removed();
    } else {
      now = Planner.removal(job.graph(), original, scores, options, removed);
    }
    store.keep(name, Plans.units(job.graph(), original, now));
    return facts;
  }

  private Scores score(int step, ChannelMap map, ObjectNode facts) {
    return switch (Methods.create(source.id(), source.settings())) {
      case Criterion criterion -> {
        long seed = job.options().seed() + step - 1;
        Scoring scoring = Scoring.of(criterion, graph, map, seed, job.progress());
        scoring.warning(source.id()).ifPresent(text -> facts.putArray("warnings").add(text));
        yield scoring.scores();
      }
    };
  }

  /** What the network must meet after {@code step}. */
  private PlanOptions options(int step) {
    if (step == source.iteration().steps()) {
      return source.options();
    }
    double done = source.iteration().done(step);
    Map<String, Double> ratios = new HashMap<>();
    source.options().ratios().forEach((pattern, ratio) -> ratios.put(pattern, ratio * done));
    PlanOptions options = source.options().withRatios(ratios);
    return options.budget().map(budget -> options.withBudget(partly(budget, done))).orElse(options);
  }

  private Budget.Counted partly(Budget.Counted budget, double done) {
    long all =
        switch (budget.quantity()) {
          case MACS -> Cost.of(job.graph()).macs();
          case PARAMS -> Cost.of(job.graph()).params();
          case UNITS -> original.units();
        };
    long less = Math.max(0, all - budget.limit(all));
    return new Budget.Absolute(budget.quantity(), Math.max(1, all - Math.round(less * done)));
  }

  private boolean train(int step) {
    int epochs = source.iteration().epochs();
    if (epochs == 0) {
      return true;
    }
    TrainOptions options = job.options().fineTuning().orElseThrow();
    TrainResult result =
        stages.train(
            "training-%02d".formatted(step),
            graph,
            options.withEpochs(epochs).withSeed(options.seed() + step));
    graph = result.graph();
    return result.complete();
  }

  private Map<Integer, BitSet> units(PruningPlan plan) {
    Map<Integer, BitSet> units = new HashMap<>();
    for (PlanEntry entry : plan.entries()) {
      if (entry instanceof PlanEntry.Units e) {
        ChannelGroup group = original.group(e.group()).orElseThrow();
        BitSet bits = units.computeIfAbsent(group.index(), key -> new BitSet());
        e.units().forEach(bits::set);
      }
    }
    return units;
  }

  private static Map<Integer, BitSet> without(
      Map<Integer, BitSet> units, Map<Integer, BitSet> others) {
    Map<Integer, BitSet> rest = new HashMap<>();
    units.forEach(
        (group, bits) -> {
          BitSet copy = (BitSet) bits.clone();
          copy.andNot(others.getOrDefault(group, new BitSet()));
          rest.put(group, copy);
        });
    return rest;
  }
}
