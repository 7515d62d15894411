package io.espalier.dynamic;

import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Makes a network choose its channels for each sample, in three stages: the network itself, its
 * saliencies alone, everything together under the budget.
 *
 * <pre>{@code
 * DynamicOptions options = DynamicOptions.of(Variant.SANP, 0.35, TrainOptions.defaults());
 * DynamicResult result =
 *     DynamicTrainer.of(graph, splits, normalization, options).run(RunFolder.at(folder));
 * }</pre>
 *
 * A run that was stopped or killed goes on when the same is asked for again with the same folder,
 * and ends in the same bits as one that was never disturbed. Every method but {@code run} gives a
 * new trainer; the instance does not change.
 */
public final class DynamicTrainer {
  private final DynamicJob job;

  private DynamicTrainer(DynamicJob job) {
    this.job = job;
  }

  /** A trainer that nobody watches and nothing stops. */
  public static DynamicTrainer of(
      Graph graph, DataSplits data, Normalization normalization, DynamicOptions options) {
    return new DynamicTrainer(
        new DynamicJob(
            graph, data, normalization, options, Optional.empty(), Progress.none(), () -> false));
  }

  /**
   * Learns in every stage also from {@code teacher}, as {@link TrainOptions#distillation()} of that
   * stage says.
   */
  public DynamicTrainer teacher(Graph teacher) {
    return new DynamicTrainer(job.withTeacher(teacher));
  }

  public DynamicTrainer progress(Progress progress) {
    return new DynamicTrainer(job.withProgress(progress));
  }

  /** Asks {@code stop} before every step; once it says true the run ends incomplete. */
  public DynamicTrainer stopWhen(BooleanSupplier stop) {
    return new DynamicTrainer(job.withStop(stop));
  }

  /**
   * Trains, or goes on training.
   *
   * @throws DynamicException if the network has no layer to gate, or has gates already
   * @throws io.espalier.train.TrainException if the folder belongs to another run, the data does
   *     not fit, or the loss is no longer a number
   */
  public DynamicResult run(RunFolder folder) {
    try (RunFolder.Lock lock = folder.lock()) {
      return new DynamicRun(job, folder).run();
    }
  }
}
