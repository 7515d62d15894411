package io.espalier.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.Accuracy;
import io.espalier.train.Evaluator;
import io.espalier.train.Recalibration;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import io.espalier.train.Trainer;
import io.espalier.zoo.Initialisation;
import java.util.Optional;

/** The pieces of work that prunes are made of, each recorded when it is done. */
final class Stages {
  private final PruneJob job;
  private final PruneStore store;

  Stages(PruneJob job, PruneStore store) {
    this.job = job;
    this.store = store;
  }

  boolean stopped() {
    return Thread.currentThread().isInterrupted() || job.stop().getAsBoolean();
  }

  /** The accuracy of {@code graph}, if it classifies and there are images with labels. */
  Optional<Accuracy> accuracy(String stage, Graph graph) {
    Optional<Dataset> images =
        job.data().map(data -> data.splits().forEvaluation()).filter(Dataset::isLabelled);
    if (images.isEmpty() || graph.outputs().getFirst().type().shape().rank() != 2) {
      return Optional.empty();
    }
    StageRecord found = store.fields(stage, () -> toJson(evaluate(graph, images.get())));
    return Optional.of(
        new Accuracy(
            found.number("top1"),
            found.number("top5"),
            found.number("loss"),
            found.count("images")));
  }

  private Accuracy evaluate(Graph graph, Dataset images) {
    return Evaluator.evaluate(
        graph,
        images,
        job.data().orElseThrow().normalization(),
        job.options().evaluation(),
        job.progress());
  }

  private static ObjectNode toJson(Accuracy accuracy) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("top1", accuracy.top1())
        .put("top5", accuracy.top5())
        .put("loss", accuracy.loss())
        .put("images", accuracy.images());
  }

  /**
   * Checks a cut.
   *
   * @throws MethodException if the cut network differs from the masked one
   */
  PlanCheck.Finding check(String stage, Graph graph, PruningPlan plan, Graph cut) {
    StageRecord found = store.fields(stage, () -> toJson(finding(graph, plan, cut)));
    return new PlanCheck.Finding(
        found.number("maxDifference"), found.flag("passed"), found.text("detail"));
  }

  private PlanCheck.Finding finding(Graph graph, PruningPlan plan, Graph cut) {
    job.progress().begin("proving the cut", 0, "samples");
    try {
      PlanCheck check =
          job.check().orElseGet(() -> new ProofCheck(job.data(), job.options().seed()));
      PlanCheck.Finding finding = check.check(graph, plan, cut);
      if (!finding.passed()) {
        throw new MethodException("the cut is refused: " + finding.detail());
      }
      return finding;
    } finally {
      job.progress().end();
    }
  }

  private static ObjectNode toJson(PlanCheck.Finding finding) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("maxDifference", finding.maxDifference())
        .put("passed", finding.passed())
        .put("detail", finding.detail());
  }

  /**
   * What a cut left as the prune goes on with it: weights drawn anew and batch statistics measured
   * anew, where that was asked.
   *
   * @param zeros the elements of weights that are zero and stay so
   * @param cut number of the cut, from 1
   */
  Graph settled(Graph smaller, WeightZeros zeros, int cut) {
    if (!job.options().reinitialises()) {
      return recalibrated(smaller);
    }
    long seed = job.options().seed() + cut - 1;
    return recalibrated(zeros.applyRescaled(Initialisation.redraw(smaller, seed)));
  }

  /** {@code graph} with the statistics of batch normalisation measured anew, if that was asked. */
  private Graph recalibrated(Graph graph) {
    if (job.options().recalibrationBatches() == 0) {
      return graph;
    }
    PruneJob.Images data = job.data().orElseThrow();
    return Recalibration.run(
        graph,
        data.splits().train(),
        data.normalization(),
        job.options().recalibrationBatches(),
        job.options().evaluation(),
        job.progress());
  }

  /** Trains {@code graph}, or goes on with it. The test split is not shown to the trainer. */
  TrainResult train(String name, Graph graph, TrainOptions options) {
    return train(name, graph, options, TrainHook.NONE);
  }

  /** As {@link #train(String, Graph, TrainOptions)}, with a hook. */
  TrainResult train(String name, Graph graph, TrainOptions options, TrainHook hook) {
    PruneJob.Images data = job.data().orElseThrow();
    DataSplits splits = data.splits();
    DataSplits seen = new DataSplits(splits.train(), splits.validation(), splits.test().subset());
    Trainer trainer =
        Trainer.of(graph, seen, data.normalization(), options)
            .hook(hook)
            .progress(job.progress())
            .stopWhen(job.stop());
    boolean distills = options.distillation().weight() > 0;
    return (distills ? trainer.teacher(job.graph()) : trainer).run(store.training(name));
  }
}
