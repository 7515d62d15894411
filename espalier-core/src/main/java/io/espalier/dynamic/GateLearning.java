package io.espalier.dynamic;

/**
 * How gates are trained.
 *
 * @param budget what the mean sample may cost, saliencies included, as a share of the original
 *     network's MACs; above 0 to 1
 * @param binarization how gates are made of saliencies; for the variants that the budget steers
 * @param control how the cost is steered to the budget; for those variants
 * @param penalty factor of the sum of the winners' saliencies in the loss; for FBS
 * @param normsInWarmUp whether everything but the convolutions' kernels is trained in the warm-up,
 *     or the saliencies alone
 */
public record GateLearning(
    double budget,
    Binarization binarization,
    BudgetControl control,
    double penalty,
    boolean normsInWarmUp) {
  /** The penalty that FBS was published with. */
  private static final double FBS_PENALTY = 1e-8;

  public GateLearning {
    if (!(budget > 0 && budget <= 1)) {
      throw new IllegalArgumentException(
          "the budget must be a share above 0 and at most 1, but got " + budget);
    }
    if (!(penalty >= 0 && penalty < 1e6)) {
      throw new IllegalArgumentException("the penalty must be 0 or more, but got " + penalty);
    }
  }

  /** The text of SANP. */
  public static GateLearning paper(double budget) {
    return new GateLearning(budget, Binarization.paper(), BudgetControl.paper(), FBS_PENALTY, true);
  }

  /** What works: see docs/methods/sanp.md. */
  public static GateLearning of(double budget) {
    return paper(budget)
        .withControl(
            BudgetControl.paper()
                .withTerm(CostTerm.SMOOTH_MACS)
                .withNormalised(false)
                .withGain(0.2)
                .withIntegral(0.1)
                .withWindow(10)
                .withCode(BudgetControl.Code.CLEAN))
        .withBinarization(Binarization.paper().withNoise(0).withSoft(0));
  }

  public GateLearning withBudget(double value) {
    return new GateLearning(value, binarization, control, penalty, normsInWarmUp);
  }

  public GateLearning withBinarization(Binarization value) {
    return new GateLearning(budget, value, control, penalty, normsInWarmUp);
  }

  public GateLearning withControl(BudgetControl value) {
    return new GateLearning(budget, binarization, value, penalty, normsInWarmUp);
  }

  public GateLearning withPenalty(double value) {
    return new GateLearning(budget, binarization, control, value, normsInWarmUp);
  }

  public GateLearning withNormsInWarmUp(boolean value) {
    return new GateLearning(budget, binarization, control, penalty, value);
  }
}
