package io.espalier.dynamic;

import java.util.OptionalDouble;

/**
 * How gates are trained.
 *
 * @param budget what the mean sample may cost, saliencies included, as a share of the original
 *     network's MACs; above 0 to 1
 * @param binarization how gates are made of saliencies; for the variants that the budget steers
 * @param control how the cost is steered to the budget; for those variants
 * @param thresholds how thresholds are trained; for Channel Gating
 * @param penalty factor of the sum of the winners' saliencies in the loss; for FBS
 * @param normsInWarmUp whether everything but the convolutions' kernels is trained in the warm-up,
 *     or the saliencies alone
 * @param stopsAtInputs whether what saliencies are predicted from is taken as given, so that no
 *     gradient of a gate reaches the layers in front of it
 */
public record GateLearning(
    double budget,
    Binarization binarization,
    BudgetControl control,
    ThresholdLearning thresholds,
    double penalty,
    boolean normsInWarmUp,
    boolean stopsAtInputs) {
  /** The penalty that FBS was published with. */
  private static final double FBS_PENALTY = 1e-8;

  /** How far the target of thresholds moves for a distance of the whole network. */
  private static final double TARGET_GAIN = 5;

  public GateLearning {
    if (!(budget > 0 && budget <= 1)) {
      throw new IllegalArgumentException(
          "the budget must be a share above 0 and at most 1, but got " + budget);
    }
    if (!(penalty >= 0 && penalty < 1e6)) {
      throw new IllegalArgumentException("the penalty must be 0 or more, but got " + penalty);
    }
  }

  /** The texts of SANP and of Channel Gating, and of FBS but for what its page names. */
  public static GateLearning paper(double budget) {
    return new GateLearning(
        budget,
        Binarization.paper(),
        BudgetControl.paper(),
        ThresholdLearning.paper(),
        FBS_PENALTY,
        true,
        false);
  }

  /** What works: see docs/methods/sanp.md. */
  public static GateLearning of(double budget) {
    return paper(budget)
        .withControl(
            BudgetControl.paper()
                .withTerm(CostTerm.HELD_MACS)
                .withNormalised(false)
                .withGain(0.2)
                .withIntegral(0.1)
                .withRamp(0.5)
                .withForgetting(0.1)
                .withHold(10)
                .withWindow(10)
                .withCode(BudgetControl.Code.CLEAN))
        .withThresholds(ThresholdLearning.defaults())
        .withBinarization(Binarization.paper().withNoise(0).withSoft(0));
  }

  /**
   * As {@link #of(double)}, with the gain that suits what the budget steers in {@code variant}, and
   * no ramp where all images share their gates: these step far below a budget that comes down, and
   * a layer that closes whole comes back too late.
   */
  static GateLearning of(Variant variant, double budget) {
    GateLearning learning = of(budget);
    return switch (variant.design()) {
      case GateDesign.Channels channels when channels.source() == Saliency.Source.CONSTANT ->
          learning.withControl(learning.control().withRamp(0));
      case GateDesign.Channels channels -> learning;
      case GateDesign.Pixels pixels ->
          learning.withControl(learning.control().withGain(TARGET_GAIN).withRamp(0));
    };
  }

  public GateLearning withBudget(double value) {
    return new GateLearning(
        value, binarization, control, thresholds, penalty, normsInWarmUp, stopsAtInputs);
  }

  public GateLearning withBinarization(Binarization value) {
    return new GateLearning(
        budget, value, control, thresholds, penalty, normsInWarmUp, stopsAtInputs);
  }

  public GateLearning withControl(BudgetControl value) {
    return new GateLearning(
        budget, binarization, value, thresholds, penalty, normsInWarmUp, stopsAtInputs);
  }

  public GateLearning withThresholds(ThresholdLearning value) {
    return new GateLearning(
        budget, binarization, control, value, penalty, normsInWarmUp, stopsAtInputs);
  }

  public GateLearning withPenalty(double value) {
    return new GateLearning(
        budget, binarization, control, thresholds, value, normsInWarmUp, stopsAtInputs);
  }

  public GateLearning withNormsInWarmUp(boolean value) {
    return new GateLearning(
        budget, binarization, control, thresholds, penalty, value, stopsAtInputs);
  }

  public GateLearning withStopsAtInputs(boolean value) {
    return new GateLearning(
        budget, binarization, control, thresholds, penalty, normsInWarmUp, value);
  }

  /** The target that thresholds have whatever the cost, if {@code variant} has thresholds. */
  OptionalDouble fixedTarget(Variant variant) {
    return switch (variant.design()) {
      case GateDesign.Channels channels -> OptionalDouble.empty();
      case GateDesign.Pixels pixels -> thresholds.target();
    };
  }
}
