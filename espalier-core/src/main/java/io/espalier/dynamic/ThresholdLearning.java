package io.espalier.dynamic;

import java.util.OptionalDouble;

/**
 * How the thresholds of Channel Gating are trained. A gate is {@code d = 1[v > 0]}, {@code v} being
 * the normalised base path less its channel's threshold {@code tau}; for the gradient it is {@code
 * sigmoid(slope * v)}. The loss has {@code pull * sum (tau - T)^2} more, over all gated channels.
 *
 * @param slope of the sigmoid
 * @param oneSided whether no gradient passes through closed gates
 * @param pull factor of the distances to the target in the loss
 * @param target {@code T}; empty for one that follows from the cost as SANP's lambda does
 */
public record ThresholdLearning(
    double slope, boolean oneSided, double pull, OptionalDouble target) {
  public ThresholdLearning {
    require(slope > 0 && slope < 1e6, "slope must be above 0", slope);
    require(pull >= 0 && pull < 1e6, "pull must be 0 or more", pull);
    double fixed = target.orElse(0);
    require(Math.abs(fixed) < 1e6, "the target must be a number", fixed);
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", but got " + got);
    }
  }

  /** As published: thresholds are drawn to 1, slowly, and the cost is what comes of it. */
  public static ThresholdLearning paper() {
    return new ThresholdLearning(2, false, 1e-4, OptionalDouble.of(1));
  }

  /** A target that follows the budget, and a pull that is felt within a few hundred steps. */
  public static ThresholdLearning defaults() {
    return new ThresholdLearning(2, false, 0.05, OptionalDouble.empty());
  }

  public ThresholdLearning withSlope(double value) {
    return new ThresholdLearning(value, oneSided, pull, target);
  }

  public ThresholdLearning withOneSided(boolean value) {
    return new ThresholdLearning(slope, value, pull, target);
  }

  public ThresholdLearning withPull(double value) {
    return new ThresholdLearning(slope, oneSided, value, target);
  }

  public ThresholdLearning withTarget(OptionalDouble value) {
    return new ThresholdLearning(slope, oneSided, pull, value);
  }
}
