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
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Optimal brain damage of channels: {@code sum w^2 F} over a filter, with F the diagonal of the
 * Fisher information in the place of that of the Hessian.
 */
public final class ChannelObd implements MethodProvider {
  private static final String FISHER = "fisher";
  private static final String IMAGES = "images";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "c-obd",
        MethodKind.CRITERION,
        "EigenDamage: Structured Pruning in the Kronecker-Factored Eigenbasis",
        "Wang, Grosse, Fidler, Zhang; ICML 2019; arXiv:1905.05934 (its baseline C-OBD)",
        2019,
        Set.of(Need.WEIGHTS, Need.GRADIENTS, Need.LABELS),
        List.of(
            Setting.choice(
                FISHER,
                "sampled",
                List.of("sampled", "labels"),
                "whose gradients are squared: those to classes drawn from the network's own"
                    + " prediction, or to the labels"),
            Setting.integer(IMAGES, 512, "number of training images to measure on, one at a time"),
            UnitScores.membersSetting("sum"),
            UnitScores.scaleSetting("none")),
        "Removes the channels whose filters cost the loss least, to second order.");
  }

  @Override
  public DataCriterion create(Settings settings) {
    UnitScores scores = UnitScores.of(settings);
    int images = Samples.count("c-obd", IMAGES, settings);
    boolean sampled = settings.choice(FISHER).equals("sampled");
    return bench -> {
      Map<String, double[]> fisher = fisher(bench, ImagePass.sample(bench, images), sampled);
      return Scores.of(bench.channels(), group -> score(bench, group, fisher, scores));
    };
  }

  /** By weight, the mean over images of the squared gradient. */
  private static Map<String, double[]> fisher(Workbench bench, Dataset images, boolean sampled) {
    Map<String, double[]> sums = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(bench.seed());
    ImagePass.over(
        bench,
        images,
        1,
        "measuring Fisher information",
        pass -> {
          DeviceTensor logits = pass.logits(Taps.none());
          long[] classes =
              sampled ? new long[] {draw(logits.softmax(1).toDoubles(), random)} : pass.labels();
          pass.loss(logits, classes).backward();
          WeightSlopes.take(pass.net())
              .forEach((name, slopes) -> addSquares(sums, name, slopes, images.size()));
        });
    return sums;
  }

  private static long draw(double[] shares, SplittableRandom random) {
    double left = random.nextDouble();
    for (int k = 0; k < shares.length; k++) {
      left -= shares[k];
      if (left < 0) {
        return k;
      }
    }
    return shares.length - 1;
  }

  private static void addSquares(
      Map<String, double[]> sums, String name, double[] slopes, double images) {
    double[] sum = sums.computeIfAbsent(name, key -> new double[slopes.length]);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += slopes[i] * slopes[i] / images;
    }
  }

  /** Filters and their biases are one slot each; they add up like the layers of a stream. */
  private static double[] score(
      Workbench bench, ChannelGroup group, Map<String, double[]> fisher, UnitScores scores) {
    List<double[][]> rows = new ArrayList<>();
    for (Role role : List.of(Role.OUTPUT, Role.BIAS)) {
      rows.addAll(
          WeightSlopes.rows(
              bench.graph(), group, role, fisher, (weight, info) -> weight * weight * info));
    }
    return scores
        .scoreRows(rows, all -> Norms.each(all, Norms::sumOfAbsolutes))
        .orElseGet(() -> Samples.stays(group));
  }
}
