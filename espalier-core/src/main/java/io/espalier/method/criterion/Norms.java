package io.espalier.method.criterion;

import io.espalier.channel.Role;
import io.espalier.method.Evidence;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the criteria on norms of weights share. */
final class Norms {
  private static final String WEIGHTS = "weights";

  private Norms() {}

  static Setting weightsSetting() {
    return Setting.choice(
        WEIGHTS,
        "filters",
        List.of("filters", "all"),
        "filters: the weights that make a channel; all: also those that read it");
  }

  static List<Evidence.Slot> slots(Evidence evidence, Settings settings) {
    return settings.choice(WEIGHTS).equals("all")
        ? evidence.slots(Role.OUTPUT, Role.INPUT)
        : evidence.slots(Role.OUTPUT);
  }

  static double[] each(double[][] rows, ToDoubleFunction<double[]> norm) {
    return Arrays.stream(rows).mapToDouble(norm).toArray();
  }

  // Plain loops: a stream would sum with compensation, which costs more than all else here.

  static double sumOfAbsolutes(double[] row) {
    double sum = 0;
    for (double x : row) {
      sum += Math.abs(x);
    }
    return sum;
  }

  static double euclidean(double[] row) {
    double sum = 0;
    for (double x : row) {
      sum += x * x;
    }
    return Math.sqrt(sum);
  }
}
