package io.espalier.method.sparse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.surgery.Mask;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Scores;
import io.espalier.train.TrainOptions;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Says first which channels go and which one each of them joins, trains until those that belong
 * together are equal, and cuts: what reads the one that stays also gets the weights of the others.
 *
 * @param training how that training goes
 * @param kappa how strongly channels are drawn to the mean of their cluster
 * @param share of each group's units that goes where nothing else says how many
 * @param even whether neighbours make a cluster, whatever their weights are
 */
record ClusterPruning(SparseTraining training, double kappa, double share, boolean even)
    implements Procedure {
  /** How much of the outputs' size may be lost by putting equal channels together. */
  private static final double LOSSLESS = 1e-6;

  @Override
  public MethodKind kind() {
    return MethodKind.SPARSE_TRAINING;
  }

  @Override
  public void run(Workbench bench) {
    ChannelMap map = bench.channels();
    Graph start = bench.graph();
    Map<Integer, BitSet> removed = removed(bench);
    Clusters clusters = Clusters.of(start, map, removed, even);
    TrainOptions options = training.options(bench.training(), 1);
    double strength =
        training.strength(
            kappa,
            1,
            SparseTraining.momentumSpeed(options),
            options,
            bench.trainingImages().size());
    Graph trained =
        bench.train("training", start, options, new ClusterLoss(map, clusters, strength));
    bench.accuracy("trained", trained);
    Graph equal = clusters.averaged(trained, map);
    bench.accuracy("equal", equal);
    Graph merged = clusters.merged(equal, map);
    List<PlanEntry> entries = bench.unitEntries(removed);
    bench.record("clusters", () -> record(bench, clusters, start, trained, strength));
    bench.record("merging", () -> loss(bench, equal, merged, entries));
    bench.cut("cut", merged, entries);
  }

  private Map<Integer, BitSet> removed(Workbench bench) {
    Scores scores = Scores.of(bench.channels(), group -> scores(bench.graph(), group));
    return bench.removalOr(scores, share);
  }

  private double[] scores(Graph graph, ChannelGroup group) {
    return even ? Spread.even(group) : Spread.farthest(graph, group);
  }

  private static ObjectNode record(
      Workbench bench, Clusters clusters, Graph start, Graph trained, double strength) {
    double[] before = clusters.distances(start, bench.channels());
    double[] after = clusters.distances(trained, bench.channels());
    BitSet all = new BitSet();
    all.set(0, before.length);
    return Sparsification.of(before, after, all).toJson().put("kappa", strength);
  }

  /** What is lost where something other than a layer's weights adds the channels up. */
  private static ObjectNode loss(
      Workbench bench, Graph equal, Graph merged, List<PlanEntry> entries) {
    Probe probe = Probe.of(bench);
    double[] expected = probe.outputs(equal);
    double[] got =
        entries.isEmpty()
            ? expected
            : probe.outputs(Mask.apply(merged, PruningPlan.of(merged, entries)));
    double size = 0;
    double error = 0;
    for (int i = 0; i < got.length; i++) {
      size = Math.max(size, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(expected[i] - got[i]));
    }
    double share = error == 0 ? 0 : error / size;
    if (share > LOSSLESS) {
      bench.warn(
          "fcp: putting equal channels together changes the outputs by %.1e of their size, because something else than weights adds channels up"
              .formatted(share));
    }
    return JsonNodeFactory.instance.objectNode().put("change", share);
  }
}
