package io.espalier.method;

import io.espalier.cost.Cost;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Header;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.surgery.Alignment;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Surgeon;
import io.espalier.train.Accuracy;
import io.espalier.train.EpochMetrics;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One prune from where its folder stands to its end, or to where it is asked to stop. */
final class PruneRun {
  private final PruneJob job;
  private final PruneStore store;
  private final Stages stages;
  private final List<PlanCheck.Finding> findings = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private Graph graph;
  private Optional<PruningPlan> plan = Optional.empty();
  private Optional<PruneResult.AlignmentReport> alignment = Optional.empty();
  private List<EpochMetrics> history = List.of();
  private Optional<Accuracy> original = Optional.empty();
  private Optional<Accuracy> afterCut = Optional.empty();
  private Optional<Accuracy> fineTuned = Optional.empty();

  PruneRun(PruneJob job, PruneStore store) {
    this.job = job;
    this.store = store;
    this.stages = new Stages(job, store);
    this.graph = job.graph();
  }

  PruneResult run() {
    boolean complete = measureOriginal() && cut() && measureCut() && fineTune();
    PruneResult.Accuracies accuracies = new PruneResult.Accuracies(original, afterCut, fineTuned);
    return new PruneResult(
        withNormalization(graph),
        plan.orElseGet(() -> PruningPlan.of(job.graph(), List.of())),
        Cost.of(job.graph()),
        Cost.of(graph),
        accuracies,
        findings,
        alignment,
        history,
        warnings,
        store.records(),
        complete);
  }

  private boolean measureOriginal() {
    if (stages.stopped()) {
      return false;
    }
    if (job.options().reinitialises() && job.options().fineTuning().isEmpty()) {
      warnings.add("the weights were drawn anew and not trained: the network knows nothing yet");
    }
    original = stages.accuracy("original", graph);
    original.filter(this::isNearChance).ifPresent(this::warnOfChance);
    return true;
  }

  private boolean isNearChance(Accuracy accuracy) {
    int classes = classes();
    return classes > 1 && accuracy.nearChance(classes);
  }

  private void warnOfChance(Accuracy accuracy) {
    warnings.add(
        "the network is near chance before any cut (%.1f %% of %d classes): the preprocessing is probably not that of its training (now %s)"
            .formatted(100 * accuracy.top1(), classes(), job.data().orElseThrow().normalization()));
  }

  private int classes() {
    Shape output = job.graph().outputs().getFirst().type().shape();
    Dataset images = job.data().orElseThrow().splits().forEvaluation();
    return output.dim(1).isFixed() ? Math.toIntExact(output.size(1)) : images.classNames().size();
  }

  private boolean cut() {
    if (stages.stopped()) {
      return false;
    }
    return switch (job.options().source()) {
      case PlanSource.Given given -> {
        plan = Optional.of(given.plan());
        Graph cut = Surgeon.cut(graph, given.plan());
        findings.add(stages.check("check", graph, given.plan(), cut));
        graph = stages.settled(cut, WeightZeros.of(given.plan()), 1);
        yield true;
      }
      case PlanSource.ByMethod method -> cut(method);
    };
  }

  private boolean cut(PlanSource.ByMethod source) {
    Cuts cuts = new Cuts(job, stages);
    boolean complete =
        switch (Methods.create(source.id(), source.settings())) {
          case Procedure procedure -> proceed(procedure, source, cuts);
          case PruningMethod criterion -> stepwise(criterion, source, cuts);
        };
    graph = cuts.graph();
    plan = cuts.plan();
    findings.addAll(cuts.findings());
    if (cuts.findings().size() > 1) {
      requireSameStructure(Surgeon.cut(job.graph(), plan.orElseThrow()), graph);
    }
    return complete;
  }

  private boolean stepwise(PruningMethod method, PlanSource.ByMethod source, Cuts cuts) {
    StepwiseCut steps = new StepwiseCut(job, source, method, store, stages, cuts);
    boolean complete = steps.run();
    warnings.addAll(steps.warnings());
    if (source.options().align() > 1) {
      reportAlignment(
          source.options().align(), cuts.graph(), steps.nearestMacs(), steps.alignmentObstacle());
    }
    return complete;
  }

  private boolean proceed(Procedure procedure, PlanSource.ByMethod source, Cuts cuts) {
    Workbench bench =
        new Workbench(
            job, source.options(), job.options().seed(), Workbench.PROCEDURE, store, stages, cuts);
    try {
      procedure.run(bench);
      if (cuts.plan().isEmpty()) {
        throw new IllegalStateException("method '%s' cut nothing".formatted(source.id()));
      }
      return true;
    } catch (StoppedException stopped) {
      return false;
    } finally {
      warnings.addAll(bench.warnings());
      if (source.options().align() > 1 && cuts.plan().isPresent()) {
        reportAlignment(source.options().align(), cuts.graph(), Optional.empty(), "");
      }
    }
  }

  private void reportAlignment(
      int align, Graph smaller, Optional<Long> nearestMacs, String obstacle) {
    List<String> unaligned = Alignment.unaligned(job.graph(), smaller, align);
    alignment =
        Optional.of(
            new PruneResult.AlignmentReport(
                align, unaligned.isEmpty(), unaligned, nearestMacs, obstacle));
    if (!unaligned.isEmpty()) {
      warnings.add(
          obstacle.isEmpty()
              ? beyondAlignment(align, unaligned.size(), nearestMacs)
              : withoutAlignment(align, obstacle));
    }
  }

  private static String beyondAlignment(int align, int unaligned, Optional<Long> nearestMacs) {
    String nearest =
        nearestMacs
            .map(macs -> "; the nearest aligned network has %d MACs".formatted(macs))
            .orElse("");
    return "the budget could not be met with widths that are multiples of %d: %d convolutions have others%s"
        .formatted(align, unaligned, nearest);
  }

  private static String withoutAlignment(int align, String obstacle) {
    return "no width can be made a smaller multiple of %d (%s), so the network is cut without alignment"
        .formatted(align, obstacle);
  }

  /** What was cut in several steps must be what the one plan says. */
  private static void requireSameStructure(Graph replayed, Graph cut) {
    boolean same =
        replayed.nodes().equals(cut.nodes())
            && replayed.initializers().keySet().equals(cut.initializers().keySet());
    for (Map.Entry<String, Tensor> weight : replayed.initializers().entrySet()) {
      same = same && weight.getValue().valueType().equals(cut.weight(weight.getKey()).valueType());
    }
    if (!same) {
      throw new IllegalStateException(
          "the plan of all steps does not lead to the network that the steps led to");
    }
  }

  private boolean measureCut() {
    if (stages.stopped()) {
      return false;
    }
    afterCut = stages.accuracy("after-cut", graph);
    return true;
  }

  private boolean fineTune() {
    Optional<TrainOptions> options = job.options().fineTuning();
    if (options.isEmpty()) {
      return true;
    }
    if (stages.stopped()) {
      return false;
    }
    TrainHook zeros = WeightZeros.of(plan.orElseThrow()).hook();
    TrainResult result = stages.train("fine-tuning", graph, options.get(), zeros);
    graph = result.graph();
    history = result.history();
    if (!result.complete() || stages.stopped()) {
      return false;
    }
    fineTuned = stages.accuracy("fine-tuned", graph);
    return true;
  }

  /** Records in the header what images are fed as. */
  private Graph withNormalization(Graph network) {
    Header header = network.header();
    if (job.data().isPresent()) {
      for (Map.Entry<String, String> entry :
          job.data().get().normalization().toMetadata().entrySet()) {
        header = header.withMetadata(entry.getKey(), entry.getValue());
      }
    }
    return network.withHeader(header);
  }
}
