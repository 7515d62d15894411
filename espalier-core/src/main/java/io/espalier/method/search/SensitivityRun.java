package io.espalier.method.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import io.espalier.train.Accuracy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of {@link Sensitivity}. */
final class SensitivityRun {
  private static final String SCAN = "scan";

  private final Workbench bench;
  private final Settings settings;
  private final InnerCriterion inner;
  private final Objective objective;
  private final Scores scores;

  SensitivityRun(Workbench bench, Settings settings) {
    this.bench = bench;
    this.settings = settings;
    this.inner = InnerCriterion.of(settings);
    this.objective = Objective.of(settings);
    this.scores = inner.scores(bench);
  }

  void run() {
    SearchBudget.require(Sensitivity.ID, bench.options());
    Scores predicted = predicted(scan());
    Map<Integer, BitSet> removed = bench.removal(predicted);
    bench.record("allocation", () -> allocation(predicted, removed));
    bench.cut("cut", bench.graph(), bench.unitEntries(removed));
  }

  /** The scan, read or measured, whose files are left in the run's folder. */
  SensitivityScan scan() {
    Optional<Path> file = ScanSource.of(settings);
    SensitivityScan scan = file.isPresent() ? read(file.get()) : measured();
    bench.write(Sensitivity.FILE, ScanFile.toJson(scan));
    Optional<String> plot = ScanPlot.svg(scan);
    plot.ifPresent(svg -> bench.write(Sensitivity.PLOT, svg));
    bench.write(Sensitivity.TABLE, ScanTable.markdown(scan, plot.map(svg -> Sensitivity.PLOT)));
    return scan;
  }

  /** What was read becomes part of the run, so that a change of the file cannot change it. */
  private SensitivityScan read(Path file) {
    JsonNode json = bench.record(SCAN, () -> ScanFile.toTree(ScanSource.read(file, bench, inner)));
    return ScanFile.fromJson(json.toString());
  }

  private SensitivityScan measured() {
    HeldOut heldOut = HeldOut.of(bench, settings);
    List<ChannelGroup> groups = bench.channels().groups();
    bench.progress().begin("measuring sensitivity", groups.size() + 1L, "groups");
    try {
      JsonNode uncut = bench.record(SCAN, () -> figures(heldOut.accuracy(bench.graph())));
      bench.progress().advance(1);
      List<SensitivityScan.Group> measured = new ArrayList<>();
      for (ChannelGroup group : groups) {
        List<SensitivityScan.Point> points = points(group, heldOut);
        if (!points.isEmpty()) {
          measured.add(new SensitivityScan.Group(group.name(), group.units(), points));
        }
        bench.progress().advance(1);
      }
      return new SensitivityScan(
          SensitivityScan.FORMAT,
          GraphDigest.of(bench.graph()),
          heldOut.images().digest(),
          heldOut.images().size(),
          inner.toString(),
          heldOut.batches(),
          uncut.path("accuracy").asDouble(),
          uncut.path("loss").asDouble(),
          measured);
    } finally {
      bench.progress().end();
    }
  }

  private static ObjectNode figures(Accuracy accuracy) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("accuracy", accuracy.top1())
        .put("loss", accuracy.loss());
  }

  private List<SensitivityScan.Point> points(ChannelGroup group, HeldOut heldOut) {
    JsonNode json = bench.record(SCAN + "/" + group.name(), () -> measurements(group, heldOut));
    List<SensitivityScan.Point> points = new ArrayList<>();
    for (JsonNode point : json.path("points")) {
      points.add(
          new SensitivityScan.Point(
              point.path("removed").asInt(),
              point.path("accuracy").asDouble(),
              point.path("loss").asDouble()));
    }
    return points;
  }

  private ObjectNode measurements(ChannelGroup group, HeldOut heldOut) {
    bench.progress().note("group", group.name());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("points");
    int last = 0;
    for (double keep : Grid.of(settings).keep()) {
      Map<Integer, BitSet> gone = alone(group, 1 - keep);
      int removed = gone.getOrDefault(group.index(), new BitSet()).cardinality();
      if (removed > last) {
        bench.stopIfAsked();
        json.withArray("points")
            .add(figures(heldOut.accuracy(without(gone))).put("removed", removed));
        last = removed;
      }
    }
    return json;
  }

  /** Floors and aligned widths are no part of a scan, so that it serves for any of them. */
  private Map<Integer, BitSet> alone(ChannelGroup group, double share) {
    PlanOptions free = bench.options().withoutSize().withFloor(0).withAlign(1);
    return Planner.alone(bench.graph(), bench.channels(), scores, free, group.index(), share);
  }

  private Graph without(Map<Integer, BitSet> gone) {
    return Surgeon.cut(bench.graph(), Plans.units(bench.graph(), bench.channels(), gone));
  }

  /** The criterion's order with what the scan predicts; groups that it does not know stay whole. */
  private Scores predicted(SensitivityScan scan) {
    List<double[]> order = new ArrayList<>();
    List<double[]> losses = new ArrayList<>();
    for (ChannelGroup group : bench.channels().groups()) {
      double[] own = scores.byGroup().get(group.index()).clone();
      double[] lost = new double[own.length + 1];
      Optional<SensitivityScan.Group> known =
          scan.group(group.name()).filter(g -> !g.points().isEmpty());
      if (known.isPresent()) {
        lost = curve(scan, known.get());
      } else {
        Arrays.fill(own, Double.POSITIVE_INFINITY);
      }
      order.add(own);
      losses.add(lost);
    }
    return new Scores(order, losses);
  }

  private double[] curve(SensitivityScan scan, SensitivityScan.Group group) {
    double uncut = objective.of(scan.accuracy(), scan.loss());
    return LossCurve.of(
        group.units(),
        group.points().stream()
            .map(
                p -> new LossCurve.Point(p.removed(), uncut - objective.of(p.accuracy(), p.loss())))
            .toList());
  }

  private ObjectNode allocation(Scores predicted, Map<Integer, BitSet> removed) {
    List<ChannelGroup> groups = bench.channels().groups();
    double sum = 0;
    for (ChannelGroup group : groups) {
      double[] lost = predicted.losses().get(group.index());
      sum += lost[group.units() - Widths.left(group, removed)];
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("objective", objective.word()).put("predictedLoss", sum);
    json.set("widths", Widths.of(groups, removed));
    return json;
  }
}
