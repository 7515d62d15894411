package io.espalier.method.criterion;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.Role;
import io.espalier.data.Dataset;
import io.espalier.method.DataCriterion;
import io.espalier.method.ImagePass;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.UnitGates;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The squared first-order change of the loss when a unit goes, {@code (dL/dq)^2} of its gate or
 * {@code (sum w dL/dw)^2} of its filter, averaged over mini-batches.
 */
public final class TaylorFo implements MethodProvider {
  private static final String FORM = "form";
  private static final String IMAGES = "images";
  private static final String BATCH = "batch";
  private static final String SHARED = "shared";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "taylor-fo",
        MethodKind.CRITERION,
        "Importance Estimation for Neural Network Pruning",
        "Molchanov, Mallya, Tyree, Frosio, Kautz; CVPR 2019; arXiv:1906.10771",
        2019,
        Set.of(Need.WEIGHTS, Need.GRADIENTS, Need.LABELS),
        List.of(
            Setting.choice(
                FORM,
                "gate",
                List.of("gate", "filter", "weights"),
                "gate: the square of a gate's slope; filter: of the sum of w dL/dw over the filter;"
                    + " weights: the sum of the squares of w dL/dw"),
            Setting.integer(IMAGES, 3840, "number of training images to measure on"),
            Setting.integer(BATCH, 128, "images in a mini-batch, whose mean gradient is squared"),
            Setting.choice(
                SHARED,
                "mean",
                List.of("mean", "sum"),
                "what a channel of a residual stream counts: a layer's share of its score, or all"
                    + " of it"),
            UnitScores.scaleSetting("none")),
        "Removes the channels with the smallest squared first-order effect on the loss.");
  }

  @Override
  public DataCriterion create(Settings settings) {
    int images = Samples.count("taylor-fo", IMAGES, settings);
    int batch = Samples.count("taylor-fo", BATCH, settings);
    boolean share = settings.choice(SHARED).equals("mean");
    UnitScores scale = UnitScores.scale(settings);
    return bench -> {
      Dataset sample = ImagePass.sample(bench, images);
      List<double[]> scores =
          switch (settings.choice(FORM)) {
            case "filter" -> byFilters(bench, sample, batch, TaylorFo::squareOfSum);
            case "weights" -> byFilters(bench, sample, batch, TaylorFo::sumOfSquares);
            default -> byGates(bench, sample, batch);
          };
      return Scores.of(bench.channels(), group -> scale.scaled(shared(group, scores, share)));
    };
  }

  private static double[] shared(ChannelGroup group, List<double[]> scores, boolean share) {
    double[] own = scores.get(group.index());
    for (int unit = 0; unit < own.length && share; unit++) {
      own[unit] /= group.producers().size();
    }
    return own;
  }

  private static List<double[]> byGates(Workbench bench, Dataset sample, int batch) {
    UnitGates gates = UnitGates.of(bench.graph(), bench.channels());
    return gates.byGroup(GateSlopes.measure(bench, gates, sample, batch).meanBatchSquare());
  }

  private static List<double[]> byFilters(
      Workbench bench, Dataset sample, int batch, ToDoubleFunction<double[]> row) {
    List<double[]> sums = new ArrayList<>();
    bench.channels().groups().forEach(group -> sums.add(new double[group.units()]));
    int batches = Math.ceilDiv(sample.size(), batch);
    ImagePass.over(
        bench,
        sample,
        batch,
        "measuring gradients",
        pass -> {
          pass.loss(Taps.none()).div(pass.count()).backward();
          Map<String, double[]> slopes = WeightSlopes.take(pass.net());
          for (ChannelGroup group : bench.channels().groups()) {
            add(sums.get(group.index()), scores(bench, group, slopes, row), batches);
          }
        });
    return sums;
  }

  private static double[] scores(
      Workbench bench,
      ChannelGroup group,
      Map<String, double[]> slopes,
      ToDoubleFunction<double[]> row) {
    List<double[][]> rows =
        WeightSlopes.rows(
            bench.graph(), group, Role.OUTPUT, slopes, (weight, slope) -> weight * slope);
    return new UnitScores("sum", "none")
        .scoreRows(rows, all -> Norms.each(all, row))
        .orElseGet(() -> Samples.stays(group));
  }

  private static void add(double[] sums, double[] more, int by) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += more[i] / by;
    }
  }

  private static double squareOfSum(double[] row) {
    double sum = 0;
    for (double x : row) {
      sum += x;
    }
    return sum * sum;
  }

  private static double sumOfSquares(double[] row) {
    double sum = 0;
    for (double x : row) {
      sum += x * x;
    }
    return sum;
  }
}
