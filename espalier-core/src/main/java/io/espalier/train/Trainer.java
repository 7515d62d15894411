package io.espalier.train;

import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Trains a network of one input by stochastic gradient descent:
 *
 * <pre>{@code
 * TrainResult result =
 *     Trainer.of(graph, splits, normalization, TrainOptions.defaults().withEpochs(20))
 *         .progress(progress)
 *         .run(RunFolder.at(Path.of("runs/first")));
 * }</pre>
 *
 * A run that was stopped, killed or cut off by a power failure goes on when the same is asked for
 * again with the same folder, and on a processor ends in the same bits as one that was never
 * disturbed. Every {@code with}-like method gives a new trainer; the instance does not change.
 */
public final class Trainer {
  private final TrainJob job;

  private Trainer(TrainJob job) {
    this.job = job;
  }

  /** A trainer without teacher and hook that nobody watches and nothing stops. */
  public static Trainer of(
      Graph graph, DataSplits data, Normalization normalization, TrainOptions options) {
    return new Trainer(
        new TrainJob(
            Objects.requireNonNull(graph),
            data,
            normalization,
            options,
            Optional.empty(),
            TrainHook.NONE,
            Progress.none(),
            () -> false,
            false));
  }

  TrainJob job() {
    return job;
  }

  /** Trains {@code graph} in {@code folder}: {@link #of} and {@link #run} in one call. */
  public static TrainResult run(
      Graph graph,
      DataSplits data,
      Normalization normalization,
      TrainOptions options,
      RunFolder folder,
      Progress progress,
      TrainHook hook) {
    return of(graph, data, normalization, options).progress(progress).hook(hook).run(folder);
  }

  /** Learns also from {@code teacher}, as {@link TrainOptions#distillation()} says. */
  public Trainer teacher(Graph teacher) {
    return new Trainer(job.withTeacher(teacher));
  }

  public Trainer hook(TrainHook hook) {
    return new Trainer(job.withHook(hook));
  }

  public Trainer progress(Progress progress) {
    return new Trainer(job.withProgress(progress));
  }

  /**
   * Asks {@code stop} before every step; once it says true, or when the thread is interrupted, the
   * run writes a checkpoint and ends incomplete. An interrupt stays set.
   */
  public Trainer stopWhen(BooleanSupplier stop) {
    return new Trainer(job.withStop(stop));
  }

  /**
   * Lets the run go on with another learning rate, schedule or clip norm than before: for a run
   * whose loss was no longer a number. {@code run.json} lists each change with where it was made.
   */
  public Trainer mayChangeRate() {
    return new Trainer(job.withMayChangeRate());
  }

  /**
   * Trains, or goes on training. Sets the number of threads and the random numbers of libtorch.
   *
   * @throws TrainException if the folder belongs to another run or cannot be written, the data does
   *     not fit the network, or the loss is no longer a number
   */
  public TrainResult run(RunFolder folder) {
    job.check();
    try (RunFolder.Lock lock = folder.lock()) {
      Interrupts interrupts = new Interrupts(job.stop());
      try (TrainLoop loop = new TrainLoop(job, folder, interrupts)) {
        return loop.run();
      } finally {
        interrupts.restore();
      }
    }
  }
}
