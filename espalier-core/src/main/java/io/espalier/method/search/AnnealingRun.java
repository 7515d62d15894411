package io.espalier.method.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Surgeon;
import io.espalier.train.Accuracy;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** One run of {@link Annealing}. */
final class AnnealingRun {
  private static final double HALF = 0.5;

  /** A candidate: what it is scaled to, what goes, and how good that is. */
  private record Candidate(double[] shares, Map<Integer, BitSet> removed, double score)
      implements Annealer.Judged {}

  private final Workbench bench;
  private final Cooling cooling;
  private final Settings settings;
  private final Objective objective;
  private final SplittableRandom random;
  private final InnerCriterion inner;
  private double best = Double.NEGATIVE_INFINITY;

  AnnealingRun(Workbench bench, Settings settings, InnerCriterion inner, Cooling cooling) {
    this.bench = bench;
    this.settings = settings;
    this.inner = inner;
    this.cooling = cooling;
    this.objective = Objective.of(settings);
    this.random = new SplittableRandom(bench.seed());
  }

  void run() {
    SearchBudget.require(Annealing.ID, bench.options());
    HeldOut heldOut = HeldOut.of(bench, settings);
    ShareOrder order = new ShareOrder(bench.channels(), inner.scores(bench));
    Annealer annealer = new Annealer(cooling, random, this::ordered);
    bench.progress().begin("annealing widths", cooling.steps(), "steps");
    Candidate found;
    try {
      found =
          annealer.search(
              start(),
              (number, shares, temperature) -> judge(number, shares, temperature, order, heldOut),
              () -> bench.progress().advance(1));
    } finally {
      bench.progress().end();
    }
    bench.record("allocation", () -> allocation(found));
    bench.cut("cut", bench.graph(), bench.unitEntries(found.removed()));
  }

  private double[] start() {
    double[] shares = new double[groups().size()];
    boolean drawn = settings.choice(Annealing.START).equals("random");
    Arrays.setAll(shares, i -> drawn ? random.nextDouble() : HALF);
    return shares;
  }

  private List<ChannelGroup> groups() {
    return bench.channels().groups();
  }

  /** The same shares such that a group with more weights has no smaller one, if that was asked. */
  private double[] ordered(double[] shares) {
    if (settings.choice(Annealing.PRIOR).equals("none")) {
      return shares;
    }
    int[] bySize =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> weights(groups().get(i))))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] rising = shares.clone();
    Arrays.sort(rising);
    double[] ordered = new double[shares.length];
    for (int rank = 0; rank < rising.length; rank++) {
      ordered[bySize[rank]] = rising[rank];
    }
    return ordered;
  }

  /** The weights of the filters that make a group's channels. */
  private long weights(ChannelGroup group) {
    return group.members().stream()
        .filter(member -> member.role() == Role.OUTPUT)
        .mapToLong(member -> bench.graph().weight(member.initializer()).elements())
        .sum();
  }

  private Candidate judge(
      int number, double[] shares, double temperature, ShareOrder order, HeldOut heldOut) {
    bench.stopIfAsked();
    Map<Integer, BitSet> removed = bench.removal(order.of(shares));
    JsonNode figures =
        bench.record(
            "candidate-%04d".formatted(number), () -> measured(removed, temperature, heldOut));
    double score =
        objective.of(figures.path("accuracy").asDouble(), figures.path("loss").asDouble());
    best = Math.max(best, score);
    bench.progress().note("best", String.format(Locale.ROOT, "%.2f", best));
    return new Candidate(order.scaled(shares, removed), removed, score);
  }

  private ObjectNode measured(Map<Integer, BitSet> removed, double temperature, HeldOut heldOut) {
    Graph graph = bench.graph();
    Accuracy accuracy =
        heldOut.accuracy(Surgeon.cut(graph, Plans.units(graph, bench.channels(), removed)));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("temperature", temperature);
    json.put("accuracy", accuracy.top1()).put("loss", accuracy.loss());
    groups().forEach(group -> json.withArray("widths").add(Widths.left(group, removed)));
    return json;
  }

  private ObjectNode allocation(Candidate found) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("objective", objective.word()).put("score", found.score());
    json.set("widths", Widths.of(groups(), found.removed()));
    return json;
  }
}
