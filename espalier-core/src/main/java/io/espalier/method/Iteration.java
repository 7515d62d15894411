package io.espalier.method;

/**
 * How a network gets from its full size to the budget.
 *
 * @param steps number of cuts, 1 or more
 * @param schedule how much each takes
 * @param epochs epochs of fine-tuning between two cuts; 0 for none
 */
public record Iteration(int steps, Schedule schedule, int epochs) {
  /** How much of the way to the budget is done after each step. */
  public enum Schedule {
    /** The same amount at every step. */
    LINEAR,
    /**
     * Much at first, less and less towards the end: after step {@code t} of {@code n} the share
     * {@code 1 - (1 - t/n)^3} (automated gradual pruning, Zhu and Gupta 2017).
     */
    AGP
  }

  public Iteration {
    if (steps < 1 || epochs < 0) {
      throw new IllegalArgumentException(
          "steps must be 1 or more and epochs 0 or more, but got %d and %d"
              .formatted(steps, epochs));
    }
  }

  /** One cut. */
  public static Iteration oneShot() {
    return new Iteration(1, Schedule.LINEAR, 0);
  }

  /** The share of the way that is done after {@code step}, which counts from 1; 1 at the last. */
  public double done(int step) {
    double left = (double) (steps - step) / steps;
    return switch (schedule) {
      case LINEAR -> 1 - left;
      case AGP -> 1 - left * left * left;
    };
  }
}
