package io.espalier.method.criterion;

import io.espalier.channel.Role;
import io.espalier.method.Criterion;
import io.espalier.method.Evidence;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How far a filter is from the others of its layer: {@code sum_j ||w_i - w_j||}. What lies near the
 * geometric median can be stood in for by the rest.
 */
public final class Fpgm implements MethodProvider {
  private static final String FORMULA = "formula";
  private static final String NORM_SHARE = "norm-share";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "fpgm",
        MethodKind.CRITERION,
        "Filter Pruning via Geometric Median for Deep Convolutional Neural Networks Acceleration",
        "He, Liu, Wang, Hu, Yang; CVPR 2019; arXiv:1811.00250",
        2019,
        Set.of(Need.WEIGHTS),
        List.of(
            Setting.choice(
                FORMULA,
                "sum",
                List.of("sum", "gram", "median"),
                "sum: of the distances to all filters; gram: the same from inner products;"
                    + " median: distance to the geometric median"),
            Setting.number(
                NORM_SHARE, 0, "share of a group's units that go first, for their small norm"),
            UnitScores.membersSetting(),
            UnitScores.scaleSetting("mean")),
        "Removes the filters closest to the geometric median of their layer.");
  }

  @Override
  public Criterion create(Settings settings) {
    UnitScores scores = UnitScores.of(settings);
    double share = settings.number(NORM_SHARE);
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "method 'fpgm': norm-share must be from 0 to 1, but got " + share);
    }
    UnitScores.RowScores distances =
        switch (settings.choice(FORMULA)) {
          case "gram" -> GeometricMedian::sumsOfDistancesByGram;
          case "median" -> GeometricMedian::distancesToMedian;
          default -> GeometricMedian::sumsOfDistances;
        };
    return evidence -> {
      List<Evidence.Slot> filters = evidence.slots(Role.OUTPUT);
      Optional<double[]> far = scores.score(filters, distances);
      return share == 0
          ? far
          : far.map(
              d ->
                  smallFirst(
                      d,
                      scores.score(filters, r -> Norms.each(r, Norms::euclidean)).orElseThrow(),
                      share));
    };
  }

  /** Puts the units of the smallest norms below all others, in the order of their norms. */
  private static double[] smallFirst(double[] distances, double[] norms, double share) {
    double[] result = distances.clone();
    int count = (int) Math.floor(share * norms.length);
    double total = Arrays.stream(norms).sum();
    IntStream.range(0, norms.length)
        .boxed()
        .sorted(Comparator.comparingDouble(unit -> norms[unit]))
        .limit(count)
        .forEach(unit -> result[unit] = (total > 0 ? norms[unit] / total : 0) - 1);
    return result;
  }
}
