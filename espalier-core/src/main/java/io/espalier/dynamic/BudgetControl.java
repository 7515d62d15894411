package io.espalier.dynamic;

/**
 * How lambda follows from the distance to the budget, {@code d = (cost - budget) / C_total}, with
 * the cost averaged over the last steps: {@code lambda = gain * (d + (sum of d over the steps) /
 * (integral * steps of the joint training))}, both the sum's part and lambda itself kept within
 * bounds. In SANP (equation 10) there is no sum, no bound, and the budget is the same from the
 * first step on.
 *
 * @param term what lambda multiplies
 * @param normalised whether the term is a mean over the gated channels, {@code 1 / N} in the paper,
 *     or a sum: with a sum the push on each channel does not depend on how many there are
 * @param gain lambda for a distance of the whole network, {@code lambda_0}
 * @param integral the share of the joint training in which a lasting distance adds as much to
 *     lambda as it makes at once; 0 for no sum
 * @param ramp the share of the joint training in which the budget comes down from the whole
 *     network; 0 for the budget from the first step on
 * @param forgetting the share of the sum that is lost at each step at which it points the other way
 *     than the distance, so that what a budget on its way down has wound up is gone soon after; 0
 *     for nothing
 * @param hold the most that lambda is multiplied by in the loss as the learning rate falls, to push
 *     the gates as fast as at its peak; 1 for no such factor
 * @param least the smallest lambda, 0 or less
 * @param most the largest lambda, 0 or more
 * @param window steps that the cost is averaged over, {@code M}
 * @param code which gates the cost is counted by
 */
public record BudgetControl(
    CostTerm term,
    boolean normalised,
    double gain,
    double integral,
    double ramp,
    double forgetting,
    double hold,
    double least,
    double most,
    int window,
    Code code) {
  /** Which gates the running cost is counted by. */
  public enum Code {
    /** Those of the noisy saliencies, as they are trained. */
    NOISY,
    /** Those of the saliencies themselves, as the network runs later. */
    CLEAN
  }

  public BudgetControl {
    require(gain >= 0 && gain < 1e12, "gain must be 0 or more", gain);
    require(integral >= 0 && integral < 1e12, "integral must be 0 or more", integral);
    require(ramp >= 0 && ramp <= 1, "ramp must be from 0 to 1", ramp);
    require(forgetting >= 0 && forgetting <= 1, "forgetting must be from 0 to 1", forgetting);
    require(hold >= 1 && hold < 1e12, "hold must be 1 or more", hold);
    require(least <= 0, "the smallest lambda must be 0 or less", least);
    require(most >= 0, "the largest lambda must be 0 or more", most);
    require(window >= 1 && window <= 1_000_000, "window must be 1 or more steps", window);
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", but got " + got);
    }
  }

  /**
   * The text of SANP: absolute saliencies, {@code lambda_0 = 0.01}, no bounds. M is not given: 50.
   */
  public static BudgetControl paper() {
    return new BudgetControl(
        CostTerm.ABSOLUTE,
        true,
        0.01,
        0,
        0,
        0,
        1,
        Double.NEGATIVE_INFINITY,
        Double.POSITIVE_INFINITY,
        50,
        Code.NOISY);
  }

  /** The budget after the share {@code done} of the joint training, for one of {@code last}. */
  double budgetAt(double done, double last) {
    return done >= ramp ? last : 1 + (last - 1) * done / ramp;
  }

  public BudgetControl withTerm(CostTerm value) {
    return new BudgetControl(
        value, normalised, gain, integral, ramp, forgetting, hold, least, most, window, code);
  }

  public BudgetControl withNormalised(boolean value) {
    return new BudgetControl(
        term, value, gain, integral, ramp, forgetting, hold, least, most, window, code);
  }

  public BudgetControl withGain(double value) {
    return new BudgetControl(
        term, normalised, value, integral, ramp, forgetting, hold, least, most, window, code);
  }

  public BudgetControl withIntegral(double value) {
    return new BudgetControl(
        term, normalised, gain, value, ramp, forgetting, hold, least, most, window, code);
  }

  public BudgetControl withRamp(double value) {
    return new BudgetControl(
        term, normalised, gain, integral, value, forgetting, hold, least, most, window, code);
  }

  public BudgetControl withForgetting(double value) {
    return new BudgetControl(
        term, normalised, gain, integral, ramp, value, hold, least, most, window, code);
  }

  public BudgetControl withHold(double value) {
    return new BudgetControl(
        term, normalised, gain, integral, ramp, forgetting, value, least, most, window, code);
  }

  public BudgetControl withBounds(double newLeast, double newMost) {
    return new BudgetControl(
        term, normalised, gain, integral, ramp, forgetting, hold, newLeast, newMost, window, code);
  }

  public BudgetControl withWindow(int value) {
    return new BudgetControl(
        term, normalised, gain, integral, ramp, forgetting, hold, least, most, value, code);
  }

  public BudgetControl withCode(Code value) {
    return new BudgetControl(
        term, normalised, gain, integral, ramp, forgetting, hold, least, most, window, value);
  }
}
