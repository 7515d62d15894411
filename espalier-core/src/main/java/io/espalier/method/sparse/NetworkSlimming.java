package io.espalier.method.sparse;

import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.method.criterion.UnitScores;
import io.espalier.surgery.Scores;
import io.espalier.train.TrainOptions;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;

/**
 * Trains with an L1 penalty on the scales of normalisations, then removes what has the smallest.
 *
 * @param training how the sparse training goes
 * @param lambda factor of the penalty
 * @param share share of all factors that goes by the method's own rule
 * @param gather whether streams stay whole where each of their readers can choose
 * @param passes how often that is done, each time with a part of the removal
 * @param members how scales of tied channels make one factor
 */
record NetworkSlimming(
    SparseTraining training,
    double lambda,
    double share,
    boolean gather,
    int passes,
    UnitScores members)
    implements Procedure {
  @Override
  public MethodKind kind() {
    return MethodKind.SPARSE_TRAINING;
  }

  @Override
  public void run(Workbench bench) {
    for (int pass = 1; pass <= passes; pass++) {
      pass(bench, pass);
    }
  }

  private void pass(Workbench bench, int pass) {
    Gathers gathers = gather ? Gathers.of(bench.graph(), bench.channels()) : Gathers.NONE;
    requireWholeChannels(bench, gathers);
    ScaleFactors factors = new ScaleFactors(bench, gathers, members);
    Scores before = factors.of(bench.graph());
    if (UnitFactors.of(before).length == 0) {
      throw new MethodException("slimming: no normalisation stands behind a channel that can go");
    }
    TrainOptions options = training.options(bench.training(), pass).withDecayNormAndBias(true);
    double strength =
        training.strength(
            lambda,
            FactorHistogram.of(UnitFactors.of(before)).median(),
            SparseTraining.momentumSpeed(options),
            options,
            bench.trainingImages().size());
    Graph trained =
        bench.train(
            "training-%02d".formatted(pass),
            bench.graph(),
            options,
            new ScalePenalty(factors.free(), strength));
    bench.accuracy("trained-%02d".formatted(pass), trained);
    Scores after = factors.of(trained);
    Map<Integer, BitSet> removed =
        bench.options().hasSize()
            ? factors.underBudget(after, (double) pass / passes)
            : factors.upTo(after, threshold(UnitFactors.of(after), share));
    bench.record(
        "sparsity-%02d".formatted(pass),
        () -> Sparsification.of(before, after, removed).toJson().put("lambda", strength));
    bench.cut("cut-%02d".formatted(pass), trained, factors.entries(removed));
  }

  private void requireWholeChannels(Workbench bench, Gathers gathers) {
    if (gathers.sites().isEmpty()) {
      return;
    }
    if (passes > 1) {
      throw new MethodException(
          "slimming: a second pass needs cuts of whole channels, and %s gets gathers: use --set passes=1 or --set stream=joint"
              .formatted(bench.graph().name()));
    }
    if (bench.options().align() > 1) {
      throw new MethodException(
          "slimming: aligned widths need cuts of whole channels, and %s gets gathers: leave out --align or use --set stream=joint"
              .formatted(bench.graph().name()));
    }
  }

  /** The largest factor that goes: with {@code n} different factors, floor(share n) + 1 do. */
  static double threshold(double[] factors, double share) {
    double[] sorted = Arrays.stream(factors).sorted().toArray();
    return sorted[(int) Math.floor(share * sorted.length)];
  }
}
