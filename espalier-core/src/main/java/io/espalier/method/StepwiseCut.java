package io.espalier.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.surgery.Alignment;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Scores;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
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
  private final Cuts cuts;
  private final PruningMethod method;
  private final Set<String> warnings = new LinkedHashSet<>();
  private Optional<Long> nearestMacs = Optional.empty();
  private String alignmentObstacle = "";

  StepwiseCut(
      PruneJob job,
      PlanSource.ByMethod source,
      PruningMethod method,
      PruneStore store,
      Stages stages,
      Cuts cuts) {
    this.job = job;
    this.source = source;
    this.store = store;
    this.stages = stages;
    this.method = method;
    this.cuts = cuts;
  }

  Set<String> warnings() {
    return warnings;
  }

  /** MACs of the nearest aligned network, where the last plan could not be aligned. */
  Optional<Long> nearestMacs() {
    return nearestMacs;
  }

  /** Why no width could be aligned in the last plan; empty where some could. */
  String alignmentObstacle() {
    return alignmentObstacle;
  }

  /** Does all steps; false if it was asked to stop before the end. */
  boolean run() {
    try {
      return steps();
    } catch (StoppedException stopped) {
      return false;
    }
  }

  private boolean steps() {
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
    JsonNode facts = store.fields(name, () -> makePlan(name, step)).values();
    facts.path("warnings").forEach(warning -> warnings.add(warning.asText()));
    JsonNode nearest = facts.path("nearestMacs");
    nearestMacs = nearest.isNumber() ? Optional.of(nearest.asLong()) : Optional.empty();
    alignmentObstacle = facts.path("alignmentObstacle").asText();
    cuts.until("check-%02d".formatted(step), store.plan(name));
  }

  /** Writes the plan of a step; returns what else is worth remembering about it. */
  private ObjectNode makePlan(String name, int step) {
    ObjectNode facts = JsonNodeFactory.instance.objectNode();
    Workbench bench = new Workbench(job, options(step), seed(step), name, store, stages, cuts);
    Scores current = score(step, bench, facts);
    Map<Integer, BitSet> now;
    if (source.options().hasSize()) {
      now = bySize(step, current, facts);
    } else {
      now = new HashMap<>(cuts.removed());
      UnitTrace trace = cuts.trace();
      trace
          .toOriginal(ownChoice(bench, current))
          .forEach((group, units) -> now.merge(group, units, StepwiseCut::or));
    }
    store.keep(name, Plans.units(job.graph(), cuts.original(), now));
    bench.warnings().forEach(facts.withArray("warnings")::add);
    return facts;
  }

  private static BitSet or(BitSet some, BitSet more) {
    BitSet all = (BitSet) some.clone();
    all.or(more);
    return all;
  }

  private Map<Integer, BitSet> bySize(int step, Scores current, ObjectNode facts) {
    Scores scores = cuts.trace().toOriginal(current);
    PlanOptions options = options(step);
    if (options.align() > 1) {
      Alignment.Outcome outcome =
          Alignment.removal(job.graph(), cuts.original(), scores, options, cuts.removed());
      outcome.nearest().ifPresent(nearest -> facts.put("nearestMacs", nearest.macs()));
      facts.put("alignmentObstacle", outcome.obstacle());
      return outcome.removed();
    }
    return Planner.removal(job.graph(), cuts.original(), scores, options, cuts.removed());
  }

  private Map<Integer, BitSet> ownChoice(Workbench bench, Scores scores) {
    return switch (method) {
      case DataCriterion criterion ->
          criterion.ownChoice(bench, scores).orElseThrow(this::noThreshold);
      case Criterion criterion -> throw noThreshold();
      case Procedure procedure -> throw new IllegalStateException("procedures cut by themselves");
    };
  }

  private MethodException noThreshold() {
    return new MethodException(
        "%s has no threshold of its own: give a budget, such as macs=50%%, or ratios"
            .formatted(source.id()));
  }

  private Scores score(int step, Workbench bench, ObjectNode facts) {
    return switch (method) {
      case Criterion criterion -> {
        Scoring scoring =
            Scoring.of(criterion, cuts.graph(), cuts.map(), seed(step), job.progress());
        scoring.warning(source.id()).ifPresent(text -> facts.withArray("warnings").add(text));
        yield scoring.scores();
      }
      case DataCriterion criterion -> criterion.score(bench);
      case Procedure procedure -> throw new IllegalStateException("procedures cut by themselves");
    };
  }

  private long seed(int step) {
    return job.options().seed() + step - 1;
  }

  /** What the network must meet after {@code step}. */
  private PlanOptions options(int step) {
    double done = step == source.iteration().steps() ? 1 : source.iteration().done(step);
    return Milestone.of(source.options(), done, job.graph(), cuts.original());
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
            cuts.graph(),
            options.withEpochs(epochs).withSeed(options.seed() + step));
    cuts.replace(result.graph());
    return result.complete();
  }
}
