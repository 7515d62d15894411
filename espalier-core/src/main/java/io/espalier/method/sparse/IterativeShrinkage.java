package io.espalier.method.sparse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Reader;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.MethodException;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.method.criterion.UnitScores;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.Scores;
import io.espalier.train.TrainOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Trains with proximal steps on the scales of normalisations, removes the channels whose scales
 * became zero, and hands on the constants that they emit.
 *
 * @param training how the sparse training goes
 * @param rho factor of the penalty
 * @param alpha what scales are multiplied by before that training
 */
record IterativeShrinkage(SparseTraining training, double rho, double alpha) implements Procedure {
  private static final UnitScores LARGEST = new UnitScores("max", "none");

  @Override
  public MethodKind kind() {
    return MethodKind.SPARSE_TRAINING;
  }

  @Override
  public void run(Workbench bench) {
    Probe probe = Probe.of(bench);
    ScaleFactors factors = new ScaleFactors(bench, Gathers.NONE, LARGEST);
    Scores before = factors.of(bench.graph());
    if (UnitFactors.of(before).length == 0) {
      throw new MethodException("ista: no normalisation stands behind a channel that can go");
    }
    Map<String, double[]> costs = MemoryCost.of(bench.graph(), bench.channels());
    costs.keySet().retainAll(factors.free());
    Set<Integer> rescaled = rescaled(bench, probe);
    Graph start = Rescaling.of(bench.graph(), bench.channels(), rescaled, alpha);
    TrainOptions options = training.options(bench.training(), 1);
    double strength = strength(bench, factors.of(start), costs, options);
    Graph end = bench.train("training", start, options, new ProximalScales(strength, costs));
    Graph trained = Rescaling.of(end, bench.channels(), rescaled, 1 / alpha);
    bench.accuracy("trained", trained);
    Scores after = onlyConstants(bench, probe, trained, factors.of(trained));
    Map<Integer, BitSet> removed =
        bench.options().hasSize() ? bench.removal(after) : bench.removalUpTo(after, 0);
    UnitFactors.warnOfNothing(bench, "ista", removed);
    List<PlanEntry> entries = bench.unitEntries(removed);
    Graph silenced = silenced(bench.channels(), trained, removed);
    Absorption.Result absorbed =
        Absorption.of(
            trained,
            bench.channels(),
            entries,
            probe.ranges(silenced, Absorption.reads(trained, entries)));
    bench.record(
        "sparsity", () -> record(Sparsification.of(before, after, removed), absorbed, strength));
    bench.cut("cut", absorbed.graph(), absorbed.entries());
  }

  /** The groups whose scales can be small in training without a change of the function. */
  private Set<Integer> rescaled(Workbench bench, Probe probe) {
    if (alpha == 1) {
      return Set.of();
    }
    Set<Integer> all = Rescaling.normalised(bench.channels());
    Set<Integer> groups = Rescaling.neutral(bench.graph(), bench.channels(), all, probe);
    if (groups.size() < all.size()) {
      bench.warn(
          "ista: %d of %d channel groups keep their scales as they are, because something between them and their readers is not proportional"
              .formatted(all.size() - groups.size(), all.size()));
    }
    return groups;
  }

  /** A step moves a scale by rate, rho and cost. */
  private double strength(
      Workbench bench, Scores start, Map<String, double[]> costs, TrainOptions options) {
    double[] all = costs.values().stream().flatMapToDouble(Arrays::stream).toArray();
    return training.strength(
        rho,
        FactorHistogram.of(UnitFactors.of(start)).median(),
        FactorHistogram.of(all).median(),
        options,
        bench.trainingImages().size());
  }

  /**
   * A unit whose scales are zero but which something else writes too emits no constant: its scales
   * do not decide about it.
   */
  private static Scores onlyConstants(Workbench bench, Probe probe, Graph trained, Scores factors) {
    ChannelMap map = bench.channels();
    Map<String, List<Integer>> spaces = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      for (Reader reader : group.readers()) {
        spaces.put(value(trained, reader), reader.space());
      }
    }
    Map<String, Probe.Range> ranges = probe.ranges(trained, spaces);
    List<double[]> scores = new ArrayList<>();
    int varying = 0;
    for (ChannelGroup group : map.groups()) {
      double[] own = factors.byGroup().get(group.index()).clone();
      for (int unit = 0; unit < own.length; unit++) {
        if (own[unit] == 0 && !isConstant(trained, group, unit, ranges)) {
          own[unit] = Double.POSITIVE_INFINITY;
          varying++;
        }
      }
      scores.add(own);
    }
    if (varying > 0) {
      bench.warn(
          "ista: %d channels whose scales are zero stay, because they are written without normalisation too"
              .formatted(varying));
    }
    return new Scores(scores);
  }

  private static boolean isConstant(
      Graph graph, ChannelGroup group, int unit, Map<String, Probe.Range> ranges) {
    for (Reader reader : group.readers()) {
      Probe.Range range = ranges.get(value(graph, reader));
      for (int position : reader.positions(unit)) {
        if (!range.isConstant(position)) {
          return false;
        }
      }
    }
    return true;
  }

  private static String value(Graph graph, Reader reader) {
    return graph.node(reader.node()).orElseThrow().input(reader.input());
  }

  /** {@code graph} with scales of zero for the units that go. */
  private static Graph silenced(ChannelMap map, Graph graph, Map<Integer, BitSet> removed) {
    WeightEdits edits = new WeightEdits(graph);
    removed.forEach(
        (index, units) -> {
          for (Member member : map.groups().get(index).members()) {
            if (member.role() == Role.SCALE) {
              Tensor scale = graph.weight(member.initializer());
              double[] values = edits.values(member.initializer());
              int[] gone = units.stream().flatMap(u -> IntStream.of(member.positions(u))).toArray();
              for (int element : Positions.elements(member.space(), scale.shape(), gone)) {
                values[element] = 0;
              }
            }
          }
        });
    return edits.applied();
  }

  private static ObjectNode record(
      Sparsification change, Absorption.Result absorbed, double strength) {
    ObjectNode json = change.toJson().put("rho", strength);
    json.putObject("constants")
        .put("folded", absorbed.folded())
        .put("moved", absorbed.moved())
        .put("dropped", absorbed.dropped());
    return json;
  }
}
