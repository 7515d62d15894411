package io.espalier.method.gate;

/**
 * How sharp a layer's codes are made: the schedule of {@code alpha}, which two rules may raise.
 *
 * @param raised what has been added to the schedule
 * @param threshold pruned share from which on the codes are locked in
 */
record Sharpness(double raised, double threshold) {
  private static final double FIRST_THRESHOLD = 0.95;
  private static final double THRESHOLD_STEP = 0.05;
  private static final double DECIDED = 0.9;

  static Sharpness initial() {
    return new Sharpness(0, FIRST_THRESHOLD);
  }

  /**
   * {@code alpha}, which grows evenly over the training.
   *
   * @param done share of the training that is over, 0 to 1
   */
  double alpha(CodeOptions options, double done) {
    return options.alphaStart() + (options.alphaStop() - options.alphaStart()) * done + raised;
  }

  /**
   * The sharpness after a look at the codes. It is raised where so much is pruned that the codes
   * had better stay as they are, and where they have not taken sides in time.
   *
   * @param r the share of codes that should be one
   */
  Sharpness after(CodeWindow window, double r, CodeOptions options, double done) {
    double newRaised = raised;
    double newThreshold = threshold;
    if (1 - window.kept() >= threshold) {
      newRaised += options.increment();
      newThreshold = Math.max(1 - r, threshold - THRESHOLD_STEP);
    }
    if (window.decided() < DECIDED && done >= options.lockAfter()) {
      newRaised += options.increment();
    }
    return new Sharpness(newRaised, newThreshold);
  }
}
