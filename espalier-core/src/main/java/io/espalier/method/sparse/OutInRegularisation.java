package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.graph.Graph;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import io.espalier.train.TrainOptions;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Trains with a group lasso over whole channels, the weights that make one and those that read it,
 * and removes those with the least energy; again until enough are out.
 *
 * @param training how each sparse training goes
 * @param lambda factor of the penalty
 * @param threshold norm up to which channels go by the method's own rule, as a share of the median
 *     before the first training
 * @param passes how often that is done, each time with a part of the removal
 */
record OutInRegularisation(SparseTraining training, double lambda, double threshold, int passes)
    implements Procedure {
  @Override
  public MethodKind kind() {
    return MethodKind.SPARSE_TRAINING;
  }

  @Override
  public void run(Workbench bench) {
    double median = FactorHistogram.of(UnitFactors.of(norms(bench, bench.original()))).median();
    for (int pass = 1; pass <= passes; pass++) {
      Scores before = norms(bench, bench.graph());
      TrainOptions options = training.options(bench.training(), pass);
      double strength =
          training.strength(
              lambda,
              median,
              SparseTraining.momentumSpeed(options),
              options,
              bench.trainingImages().size());
      Graph trained =
          bench.train(
              "training-%02d".formatted(pass),
              bench.graph(),
              options,
              new OutInLasso(open(bench, before), strength));
      bench.accuracy("trained-%02d".formatted(pass), trained);
      Scores after = norms(bench, trained);
      Map<Integer, BitSet> removed =
          bench.options().hasSize()
              ? bench.removal(after, (double) pass / passes)
              : bench.removalUpTo(after, threshold * median);
      UnitFactors.warnOfNothing(bench, "oicsr", removed);
      bench.record(
          "sparsity-%02d".formatted(pass),
          () -> Sparsification.of(before, after, removed).toJson().put("lambda", strength));
      bench.cut("cut-%02d".formatted(pass), trained, bench.unitEntries(removed));
    }
  }

  private static Scores norms(Workbench bench, Graph graph) {
    return Scores.of(bench.channels(), group -> UnitNorms.of(graph, group));
  }

  /** The groups that may lose units. */
  private static List<ChannelGroup> open(Workbench bench, Scores norms) {
    Map<Integer, BitSet> free = bench.removalUpTo(norms.open(), 0);
    return bench.channels().groups().stream()
        .filter(group -> !free.getOrDefault(group.index(), new BitSet()).isEmpty())
        .toList();
  }
}
