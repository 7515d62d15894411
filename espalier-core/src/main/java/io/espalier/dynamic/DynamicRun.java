package io.espalier.dynamic;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.train.EpochMetrics;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.Recalibration;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import io.espalier.train.Trainer;
import io.espalier.train.Verdicts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run from where its folder stands to its end, or to where it is asked to stop. */
final class DynamicRun {
  private final DynamicJob job;
  private final DynamicOptions options;
  private final RunFolder folder;
  private final Map<String, List<EpochMetrics>> history = new LinkedHashMap<>();
  private DynamicNet net;

  DynamicRun(DynamicJob job, RunFolder folder) {
    this.job = job;
    this.options = job.options();
    this.folder = folder;
  }

  DynamicResult run() {
    Graph backbone = job.graph();
    // Whatever cannot be gated is said before hours of training.
    net = insert(backbone);
    job.data().prepare(job.progress(), job.stop());
    if (options.backbone().isPresent()) {
      TrainResult trained = train("backbone", backbone, options.backbone().get(), TrainHook.NONE);
      net = insert(trained.graph());
      if (!trained.complete()) {
        return incomplete();
      }
    }
    if (options.warmUp().isPresent()
        && !train("warm-up", options.warmUp().get(), GateHook.Phase.WARM_UP)) {
      return incomplete();
    }
    if (!train("joint", options.joint(), GateHook.Phase.JOINT)) {
      return incomplete();
    }
    if (options.recalibrationBatches() > 0) {
      net = DynamicNet.of(recalibrated());
    }
    net = SaliencyNorms.fold(net);
    return complete();
  }

  private DynamicNet insert(Graph backbone) {
    GateOptions gates = options.gates();
    double budget = options.learning().budget();
    if (!gates.variant().isSteered()) {
      double share = Shares.within(backbone, gates, budget);
      return DynamicNet.insert(backbone, gates.withShare(share));
    }
    DynamicNet gated = DynamicNet.insert(backbone, gates);
    if (options.learning().fixedTarget(gates.variant()).isEmpty()) {
      Shares.requireReachable(gated, budget);
    }
    return gated;
  }

  /** Trains the gated network for one stage; false if it was asked to stop. */
  private boolean train(String stage, TrainOptions how, GateHook.Phase phase) {
    GateHook hook = new GateHook(net, options.learning(), phase, job.progress().stage(stage));
    TrainResult trained = train(stage, net.graph(), how, hook);
    net = DynamicNet.of(trained.graph());
    return trained.complete();
  }

  /** The test split is not shown to the trainer. */
  private TrainResult train(String stage, Graph graph, TrainOptions how, TrainHook hook) {
    DataSplits data = job.data();
    DataSplits seen = new DataSplits(data.train(), data.validation(), data.test().subset());
    Trainer trainer =
        Trainer.of(graph, seen, job.normalization(), how)
            .hook(hook)
            .progress(job.progress().stage(stage))
            .stopWhen(job.stop());
    TrainResult result =
        job.teacher().map(trainer::teacher).orElse(trainer).run(folder.child(stage));
    history.put(stage, result.history());
    return result;
  }

  private Graph recalibrated() {
    return Recalibration.run(
        net.graph(),
        job.data().train(),
        job.normalization(),
        options.recalibrationBatches(),
        evaluation(),
        job.progress());
  }

  private EvaluateOptions evaluation() {
    return EvaluateOptions.defaults()
        .withBatchSize(options.joint().batchSize())
        .withThreads(options.joint().threads())
        .withPrecision(options.joint().precision());
  }

  private DynamicResult incomplete() {
    return new DynamicResult(
        net, options.learning().budget(), Optional.empty(), history, List.of(), false);
  }

  private DynamicResult complete() {
    double budget = options.learning().budget();
    Dataset images = job.data().forEvaluation();
    if (!images.isLabelled()) {
      List<String> none = List.of("there are no labelled images to measure the cost on");
      return new DynamicResult(net, budget, Optional.empty(), history, none, true);
    }
    DynamicMeasure measure =
        DynamicMeasure.of(
            net, images, job.normalization(), evaluation(), Verdicts.none(), job.progress());
    List<String> warnings =
        BudgetVerdict.warnings(net, measure, options.learning(), classes(images));
    return new DynamicResult(net, budget, Optional.of(measure), history, warnings, true);
  }

  private int classes(Dataset images) {
    Shape output = net.graph().outputs().getFirst().type().shape();
    return output.rank() > 1 && output.dim(1).isFixed()
        ? Math.toIntExact(output.size(1))
        : images.classNames().size();
  }
}
