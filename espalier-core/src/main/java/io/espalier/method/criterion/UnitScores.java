package io.espalier.method.criterion;

import io.espalier.method.Evidence;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * From scores of a unit's weights to the score of the unit. A unit of a residual stream has a
 * filter in each layer that writes the stream; how these add up, and how groups are made
 * comparable, are settings that all criteria share.
 *
 * @param members how the weights of one unit add up: mean, sum, max or first
 * @param scale what the scores of a group are divided by: none, mean, max or l2 (their norm)
 */
public record UnitScores(String members, String scale) {
  private static final String MEMBERS = "members";
  private static final String SCALE = "scale";

  /** Scores the rows of one weight, {@code [units][rest]}; rows may be empty. */
  @FunctionalInterface
  public interface RowScores {
    /** One score a row; that of an empty row does not count. */
    double[] of(double[][] rows);
  }

  /** What the settings of a method say. */
  public static UnitScores of(Settings settings) {
    return new UnitScores(settings.choice(MEMBERS), settings.choice(SCALE));
  }

  /** What the settings of a method say that has one score a unit from the start. */
  static UnitScores scale(Settings settings) {
    return new UnitScores("sum", settings.choice(SCALE));
  }

  /** The setting that says how the weights of one unit add up; their mean by default. */
  public static Setting membersSetting() {
    return membersSetting("mean");
  }

  /** The setting that says how the weights of one unit add up. */
  public static Setting membersSetting(String initial) {
    return Setting.choice(
        MEMBERS,
        initial,
        List.of("mean", "sum", "max", "first"),
        "how the scores of layers whose channels are tied (residual adds) make one score");
  }

  /** The setting that says how groups are made comparable. */
  public static Setting scaleSetting(String initial) {
    return Setting.choice(
        SCALE,
        initial,
        List.of("none", "mean", "max", "l2"),
        "what the scores of a group are divided by before groups are ranked together");
  }

  /** The scores of a group's units; empty if there are no slots to score them by. */
  public Optional<double[]> score(List<Evidence.Slot> slots, RowScores rowScores) {
    return scoreRows(slots.stream().map(Evidence.Slot::weights).toList(), rowScores);
  }

  /**
   * As {@link #score}, of numbers that stand for the weights.
   *
   * @param slots one array {@code [units][rest]} a weight
   */
  public Optional<double[]> scoreRows(List<double[][]> slots, RowScores rowScores) {
    if (slots.isEmpty()) {
      return Optional.empty();
    }
    double[] scores = new double[0];
    int[] parts = new int[0];
    for (double[][] rows : slots) {
      double[] own = rowScores.of(rows);
      scores = Arrays.copyOf(scores, rows.length);
      parts = Arrays.copyOf(parts, rows.length);
      for (int unit = 0; unit < rows.length; unit++) {
        if (rows[unit].length > 0) {
          scores[unit] = add(scores[unit], own[unit], parts[unit]++);
        }
      }
    }
    for (int unit = 0; unit < scores.length && members.equals("mean"); unit++) {
      scores[unit] /= Math.max(1, parts[unit]);
    }
    return Optional.of(scaled(scores));
  }

  private double add(double soFar, double next, int parts) {
    if (parts == 0) {
      return next;
    }
    return switch (members) {
      case "first" -> soFar;
      case "max" -> Math.max(soFar, next);
      default -> soFar + next;
    };
  }

  /** {@code scores} of one group, made comparable with those of others. */
  public double[] scaled(double[] scores) {
    double divisor =
        switch (scale) {
          case "mean" -> Arrays.stream(scores).average().orElse(1);
          case "max" -> Arrays.stream(scores).max().orElse(1);
          case "l2" -> Math.sqrt(Arrays.stream(scores).map(s -> s * s).sum());
          default -> 1;
        };
    return divisor > 0 ? Arrays.stream(scores).map(s -> s / divisor).toArray() : scores;
  }
}
