package io.espalier.method;

import io.espalier.cost.Budget;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.TrainOptions;
import java.util.Map;
import java.util.Optional;

/**
 * How to prune. Starts from {@link #of} or {@link #replay} and is changed by {@code with...}.
 *
 * @param source where the plan comes from
 * @param fineTuning how to train after the last cut and, with other epochs, between cuts; empty for
 *     no training. With a distillation in it, the unpruned network is the teacher
 * @param training what a method that trains by itself starts from; it sets its own epochs and what
 *     else its paper fixes
 * @param recalibrationBatches batches to measure the statistics of batch normalisation anew on
 *     after each cut; 0 for none
 * @param reinitialises whether the weights are drawn anew after each cut, by {@link
 *     io.espalier.zoo.Initialisation}, so that only the structure is kept
 * @param seed of what is random in the method
 * @param evaluation how to measure accuracies
 */
public record PruneOptions(
    PlanSource source,
    Optional<TrainOptions> fineTuning,
    TrainOptions training,
    int recalibrationBatches,
    boolean reinitialises,
    long seed,
    EvaluateOptions evaluation) {
  public PruneOptions {
    if (recalibrationBatches < 0) {
      throw new IllegalArgumentException(
          "recalibration batches must be 0 or more, but got " + recalibrationBatches);
    }
  }

  /** One cut by the method {@code id} with its default settings, without training. */
  public static PruneOptions of(String id, PlanOptions options) {
    return from(new PlanSource.ByMethod(id, Map.of(), options, Iteration.oneShot()));
  }

  /** A cut by a plan that is there already. */
  public static PruneOptions replay(PruningPlan plan) {
    return from(new PlanSource.Given(plan));
  }

  private static PruneOptions from(PlanSource source) {
    return new PruneOptions(
        source, Optional.empty(), TrainOptions.defaults(), 0, false, 1, EvaluateOptions.defaults());
  }

  /**
   * {@code budget} if it is one that can be counted.
   *
   * @throws IllegalArgumentException if it is a latency
   */
  public static Budget.Counted counted(Budget budget) {
    if (budget instanceof Budget.Counted counted) {
      return counted;
    }
    throw new IllegalArgumentException(
        "budget %s: a latency cannot be pruned to yet; give macs=50%% and measure with bench"
            .formatted(budget));
  }

  /** What the user chose of the method's settings, by name. */
  public PruneOptions withSettings(Map<String, String> settings) {
    PlanSource.ByMethod m = method();
    return with(new PlanSource.ByMethod(m.id(), settings, m.options(), m.iteration()));
  }

  public PruneOptions withIteration(Iteration iteration) {
    PlanSource.ByMethod m = method();
    return with(new PlanSource.ByMethod(m.id(), m.settings(), m.options(), iteration));
  }

  public PruneOptions withFineTuning(TrainOptions options) {
    return with(source, Optional.of(options), options);
  }

  /** What a method that trains by itself starts from, without fine-tuning after it. */
  public PruneOptions withTraining(TrainOptions options) {
    return with(source, fineTuning, options);
  }

  public PruneOptions withRecalibration(int batches) {
    return new PruneOptions(source, fineTuning, training, batches, reinitialises, seed, evaluation);
  }

  public PruneOptions withReinitialisation(boolean drawAnew) {
    return new PruneOptions(
        source, fineTuning, training, recalibrationBatches, drawAnew, seed, evaluation);
  }

  public PruneOptions withSeed(long newSeed) {
    return new PruneOptions(
        source, fineTuning, training, recalibrationBatches, reinitialises, newSeed, evaluation);
  }

  public PruneOptions withEvaluation(EvaluateOptions options) {
    return new PruneOptions(
        source, fineTuning, training, recalibrationBatches, reinitialises, seed, options);
  }

  private PruneOptions with(PlanSource newSource) {
    return with(newSource, fineTuning, training);
  }

  private PruneOptions with(
      PlanSource newSource, Optional<TrainOptions> newFineTuning, TrainOptions newTraining) {
    return new PruneOptions(
        newSource,
        newFineTuning,
        newTraining,
        recalibrationBatches,
        reinitialises,
        seed,
        evaluation);
  }

  PlanSource.ByMethod method() {
    if (source instanceof PlanSource.ByMethod made) {
      return made;
    }
    throw new IllegalStateException("a plan that is replayed has no method to set");
  }
}
