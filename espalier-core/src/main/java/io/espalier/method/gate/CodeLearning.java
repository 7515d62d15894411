package io.espalier.method.gate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.Evidence;
import io.espalier.method.KeptCounts;
import io.espalier.method.UnitGates;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import io.espalier.train.TrainOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The codes of a network, learned portion by portion. Between two portions the units that are out
 * are silenced by gates of zeros, which is what the network computes that is cut in the end.
 */
final class CodeLearning {
  private static final double CLOSED = 0;

  private final Workbench bench;
  private final CodePruning pruning;
  private final ChannelMap map;
  private final Graph read;
  private final ChannelMap readMap;
  private final Map<Integer, CodeSource> sources = new LinkedHashMap<>();
  private final KeptCounts counts;
  private final List<double[]> fixed = new ArrayList<>();
  private final List<double[]> scores = new ArrayList<>();
  private final Map<Integer, double[]> means = new TreeMap<>();
  private Graph trained;

  CodeLearning(Workbench bench, CodePruning pruning) {
    this.bench = bench;
    this.pruning = pruning;
    map = bench.channels();
    trained = bench.graph();
    read = ReadPoints.of(bench.graph(), map);
    readMap = ChannelMap.of(read);
    Set<Integer> whole = new TreeSet<>();
    for (ChannelGroup group : readMap.groups()) {
      CodeSource.of(read, readMap, group)
          .ifPresentOrElse(
              source -> sources.put(group.index(), source), () -> whole.add(group.index()));
      fixed.add(filled(group, 1));
      scores.add(filled(group, Double.POSITIVE_INFINITY));
    }
    warnOf(whole);
    counts = KeptCounts.of(bench.graph(), map, bench.options(), whole, pruning.otherwise());
  }

  private void warnOf(Collection<Integer> whole) {
    if (!whole.isEmpty()) {
      bench.warn(
          "autopruner finds no value that carries all channels of %s, and they stay whole"
              .formatted(whole.stream().map(i -> map.groups().get(i).name()).toList()));
    }
  }

  private static double[] filled(ChannelGroup group, double value) {
    double[] all = new double[group.units()];
    Arrays.fill(all, value);
    return all;
  }

  /** The groups that are to lose units, in the portions in which they are learned. */
  List<List<ChannelGroup>> portions() {
    Map<Object, List<ChannelGroup>> portions = new LinkedHashMap<>();
    for (ChannelGroup group : map.groups()) {
      if (!counts.whole(group)) {
        Object key =
            switch (pruning.order()) {
              case ALL -> "all";
              case STAGE -> sources.get(group.index()).space();
              case LAYER -> group.index();
            };
        portions.computeIfAbsent(key, k -> new ArrayList<>()).add(group);
      }
    }
    return List.copyOf(portions.values());
  }

  /** Trains network and codes of {@code groups}. */
  void learn(String name, List<ChannelGroup> groups) {
    TrainOptions training = pruning.training(bench.training());
    ObjectNode silenced = silenced();
    try (CodeHook hook = hook(name, groups, training)) {
      Graph start = read.withWeights(trained.initializers());
      Graph end = bench.train(name, start, training, hook);
      trained = bench.graph().withWeights(end.initializers());
      for (Code code : hook.codes()) {
        int group = code.sources().getFirst().index();
        means.put(group, code.last().means());
        fixed.set(group, code.last().ones());
        scores.set(group, bench.options().hasSize() ? means.get(group) : fixed.get(group));
      }
      bench.record(name, () -> CodeReport.training(bench, end, hook).set("silenced", silenced));
    }
  }

  /** How many units of each group are silent by now. */
  private ObjectNode silenced() {
    ObjectNode counts = JsonNodeFactory.instance.objectNode();
    for (ChannelGroup group : map.groups()) {
      double[] gates = fixed.get(group.index());
      counts.put(group.name(), (int) Arrays.stream(gates).filter(gate -> gate == CLOSED).count());
    }
    return counts;
  }

  private CodeHook hook(String name, List<ChannelGroup> groups, TrainOptions training) {
    List<Code> codes = new ArrayList<>();
    for (ChannelGroup group : groups) {
      codes.add(
          new Code(
              group.name(),
              List.of(sources.get(group.index())),
              group.units(),
              (double) counts.of(group) / group.units(),
              pruning.codes(),
              Evidence.of(bench.graph(), group, bench.seed()).random()));
    }
    int silenced = fixed.stream().map(Arrays::hashCode).toList().hashCode();
    String identity = "autopruner %s %s %s %08x".formatted(name, pruning, groups, silenced);
    Gating gating = Gating.ofUnits(UnitGates.of(read, readMap), fixed);
    return new CodeHook(identity, gating, codes, training);
  }

  /** Silences what will go of a group that is learned. */
  void silence(ChannelGroup group) {
    double[] gates = filled(group, 1);
    choice(group).stream().forEach(unit -> gates[unit] = CLOSED);
    fixed.set(group.index(), gates);
  }

  /** The units of {@code group} with the smallest codes, as many as the budget asks of it. */
  private BitSet choice(ChannelGroup group) {
    PlanOptions own = bench.options().withoutSize().withAlign(1);
    Scores all = new Scores(scores);
    double share = 1 - (double) counts.of(group) / group.units();
    Map<Integer, BitSet> removed =
        bench.options().hasSize()
            ? Planner.alone(bench.graph(), map, all, own, group.index(), share)
            : Planner.removalUpTo(bench.graph(), map, all, own, CLOSED, Map.of());
    return removed.getOrDefault(group.index(), new BitSet());
  }

  /** Removes what the budget asks of each group, or without one the units whose code is zero. */
  void cut() {
    Map<Integer, BitSet> chosen = new TreeMap<>();
    map.groups().forEach(group -> chosen.put(group.index(), choice(group)));
    Map<Integer, BitSet> removed = meets(chosen) ? chosen : bench.removal(new Scores(scores));
    bench.record("removal", () -> CodeReport.removal(map, removed, means, fixed));
    bench.cut("cut", silent(trained, map, fixed), bench.unitEntries(removed));
  }

  /** Units of a group that do not all cost the same can make a difference to the planned cost. */
  private boolean meets(Map<Integer, BitSet> removed) {
    Graph cut = Surgeon.cut(bench.graph(), Plans.units(bench.graph(), map, removed));
    return bench
        .options()
        .budget()
        .map(
            budget ->
                Amount.of(cut, budget.quantity())
                    <= budget.limit(Amount.of(bench.graph(), budget.quantity())))
        .orElse(true);
  }

  /**
   * {@code graph} in which nothing reads the units whose gate is zero. Where such a unit stays,
   * since the budget has room for it, the cut network still is what was trained.
   */
  static Graph silent(Graph graph, ChannelMap map, List<double[]> gates) {
    Map<String, Tensor> changed = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      double[] own = gates.get(group.index());
      int[] closed = IntStream.range(0, own.length).filter(unit -> own[unit] == CLOSED).toArray();
      for (Member member : group.members()) {
        if (member.role() == Role.INPUT && closed.length > 0) {
          String name = member.initializer();
          Tensor weight = changed.getOrDefault(name, graph.weight(name));
          double[] values = weight.toDoubles();
          int[] columns =
              Arrays.stream(closed).flatMap(u -> Arrays.stream(member.positions(u))).toArray();
          for (int at : Positions.elements(member.space(), weight.shape(), columns)) {
            values[at] = 0;
          }
          changed.put(name, weight.withValues(values));
        }
      }
    }
    return graph.withWeights(changed);
  }
}
