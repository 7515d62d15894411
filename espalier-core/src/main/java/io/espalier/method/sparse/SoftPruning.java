package io.espalier.method.sparse;

import io.espalier.graph.Graph;
import io.espalier.method.Criterion;
import io.espalier.method.Evidence;
import io.espalier.method.MethodKind;
import io.espalier.method.Methods;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import io.espalier.train.Schedule;
import io.espalier.train.TrainOptions;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Trains, and after each epoch sets those filters to zero that would go if the network were cut
 * then; cuts at the end.
 *
 * @param epochs of that training
 * @param learningRate at its start; a fifth of it from 30 % of the epochs on, again from 60 % and
 *     from 80 %
 * @param weightDecay in that training
 * @param interval epochs from one zeroing to the next; the last epoch always ends with one
 * @param share of each group's units that goes where nothing else says how many
 * @param silent whether a channel with a zero filter emits nothing
 * @param norm settings of the criterion {@code l2}, which says how large a filter is
 */
record SoftPruning(
    int epochs,
    double learningRate,
    double weightDecay,
    int interval,
    double share,
    boolean silent,
    Map<String, String> norm)
    implements Procedure {
  @Override
  public MethodKind kind() {
    return MethodKind.SPARSE_TRAINING;
  }

  @Override
  public void run(Workbench bench) {
    SoftZeros hook =
        new SoftZeros(bench.channels(), graph -> chosen(bench, graph), epochs, interval, silent);
    Scores before = norms(bench, bench.graph());
    Graph trained = bench.train("soft", bench.graph(), options(bench.training()), hook);
    bench.accuracy("trained", trained);
    Scores after = norms(bench, trained);
    Map<Integer, BitSet> removed = bench.removalOr(after, share);
    bench.record(
        "soft-filter",
        () ->
            Sparsification.of(before, after, removed)
                .toJson()
                .put("zeroings", hook.zeroings())
                .put("zeroed", hook.zeroed())
                .put("returned", hook.returned()));
    bench.cut("cut", trained, bench.unitEntries(removed));
  }

  private TrainOptions options(TrainOptions base) {
    Schedule steps = new Schedule.Step(0, List.of(0.3 * epochs, 0.6 * epochs, 0.8 * epochs), 0.2);
    return base.withEpochs(epochs)
        .withLearningRate(learningRate)
        .withWeightDecay(weightDecay)
        .withSchedule(steps);
  }

  /** The units of the bench's network that would go if it had the weights of {@code graph}. */
  private Map<Integer, BitSet> chosen(Workbench bench, Graph graph) {
    return bench.removalOr(norms(bench, graph), share);
  }

  /** How large the filters of {@code graph} are. */
  private Scores norms(Workbench bench, Graph graph) {
    Criterion l2 = (Criterion) Methods.create("l2", norm);
    return Scores.of(
        bench.channels(), group -> l2.score(Evidence.of(graph, group, bench.seed())).orElseThrow());
  }
}
