package io.espalier.method;

import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import io.espalier.surgery.PlanOptions;
import io.espalier.train.RunFolder;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Prunes a network:
 *
 * <pre>{@code
 * PlanOptions half = PlanOptions.of(PruneOptions.counted(Budget.parse("macs=50%")));
 * PruneResult result =
 *     Pruner.of(graph, PruneOptions.of("l1", half).withFineTuning(TrainOptions.defaults()))
 *         .data(splits, normalization)
 *         .run(RunFolder.at(Path.of("runs/first")));
 * }</pre>
 *
 * A prune that was stopped or killed goes on when the same is asked for again with the same folder,
 * and ends in the same bits as one that was never disturbed. Every method but {@code run} gives a
 * new pruner; the instance does not change.
 */
public final class Pruner {
  private final PruneJob job;

  private Pruner(PruneJob job) {
    this.job = job;
  }

  /** A pruner without data that nobody watches and nothing stops. */
  public static Pruner of(Graph graph, PruneOptions options) {
    return new Pruner(
        new PruneJob(
            graph, options, Optional.empty(), Optional.empty(), Progress.none(), () -> false));
  }

  /** Images to measure, recalibrate and train on. */
  public Pruner data(DataSplits splits, Normalization normalization) {
    return new Pruner(job.withData(new PruneJob.Images(splits, normalization)));
  }

  /** Checks every cut in another way than by its proof. One that fails is refused. */
  public Pruner check(PlanCheck check) {
    return new Pruner(job.withCheck(check));
  }

  public Pruner progress(Progress progress) {
    return new Pruner(job.withProgress(progress));
  }

  /** Asks {@code stop} between any two steps; once it says true the prune ends incomplete. */
  public Pruner stopWhen(BooleanSupplier stop) {
    return new Pruner(job.withStop(stop));
  }

  /**
   * Prunes without a folder; nothing is kept on disk.
   *
   * @throws MethodException as below, or if the options ask for training
   */
  public PruneResult run() {
    PruneCheck.check(job);
    if (job.options().fineTuning().isPresent() || trainsByItself()) {
      throw new MethodException("training needs a run folder to keep its checkpoints in");
    }
    return new PruneRun(job, PruneStore.inMemory()).run();
  }

  private boolean trainsByItself() {
    return job.options().source() instanceof PlanSource.ByMethod method
        && Methods.get(method.id()).info().needs().contains(Need.TRAINING);
  }

  /**
   * Prunes, or goes on pruning.
   *
   * @throws MethodException if the method's needs are not met, a cut fails its proof, or the folder
   *     belongs to another run
   * @throws io.espalier.surgery.PlanException if the budget cannot be met, or a plan was made for
   *     another network
   */
  public PruneResult run(RunFolder folder) {
    PruneCheck.check(job);
    try (RunFolder.Lock lock = folder.lock()) {
      return new PruneRun(job, PruneStore.in(folder, PruneIdentity.of(job))).run();
    }
  }

  /**
   * What came of work at a bench.
   *
   * @param result empty if it was asked to stop; the same call on the same folder goes on
   * @param warnings what the user should know, one line each
   */
  public record Study<T>(Optional<T> result, List<String> warnings) {
    public Study {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Lets {@code work} use the bench of this pruner's method, for what can be found out about a
   * network without pruning it.
   *
   * @param folder where pieces of work are kept; empty to keep them in memory
   * @throws MethodException as {@link #run(RunFolder)}
   */
  public <T> Study<T> study(Optional<RunFolder> folder, Function<Workbench, T> work) {
    PruneCheck.check(job);
    if (folder.isEmpty()) {
      return study(PruneStore.inMemory(), work);
    }
    try (RunFolder.Lock lock = folder.get().lock()) {
      return study(PruneStore.in(folder.get(), PruneIdentity.of(job)), work);
    }
  }

  private <T> Study<T> study(PruneStore store, Function<Workbench, T> work) {
    PlanOptions options = job.options().method().options();
    Stages stages = new Stages(job, store);
    Cuts cuts = new Cuts(job, stages);
    long seed = job.options().seed();
    Workbench bench = new Workbench(job, options, seed, Workbench.PROCEDURE, store, stages, cuts);
    Optional<T> result = Optional.empty();
    try {
      result = Optional.of(work.apply(bench));
    } catch (StoppedException stopped) {
      // What is on record stays.
    }
    return new Study<>(result, bench.warnings());
  }
}
