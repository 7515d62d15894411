package io.espalier.method.gate;

import io.espalier.method.Settings;

/**
 * How codes are learned.
 *
 * @param alphaStart sharpness of the first step
 * @param alphaStop sharpness of the last step, unless it was raised on the way
 * @param increment what is added to the sharpness of all steps to come
 * @param lockAfter share of the training after which codes that have not taken sides are pushed
 * @param lambda weight of the sparsity loss at the start
 * @param adaptive whether that weight follows the distance from the wanted share
 * @param interval steps between two looks at the codes
 * @param initScale factor on the deviation of the code layer's first weights
 */
record CodeOptions(
    double alphaStart,
    double alphaStop,
    double increment,
    double lockAfter,
    double lambda,
    boolean adaptive,
    int interval,
    double initScale) {
  static final String ALPHA_START = "alpha-start";
  static final String ALPHA_STOP = "alpha-stop";
  static final String INCREMENT = "alpha-increment";
  static final String LOCK_AFTER = "lock-after";
  static final String LAMBDA = "lambda";
  static final String ADAPTIVE = "adaptive-lambda";
  static final String INTERVAL = "interval";
  static final String INIT_SCALE = "init-scale";

  CodeOptions {
    require(alphaStart > 0, ALPHA_START + " must be above 0", alphaStart);
    require(alphaStop >= alphaStart, ALPHA_STOP + " must be alpha-start or more", alphaStop);
    require(increment >= 0, INCREMENT + " must be 0 or more", increment);
    require(lockAfter >= 0 && lockAfter <= 1, LOCK_AFTER + " must be from 0 to 1", lockAfter);
    require(lambda >= 0, LAMBDA + " must be 0 or more", lambda);
    require(interval >= 1 && interval <= 1_000_000, INTERVAL + " must be 1 to 1000000", interval);
    require(initScale > 0, INIT_SCALE + " must be above 0", initScale);
  }

  static CodeOptions of(Settings settings) {
    return new CodeOptions(
        settings.number(ALPHA_START),
        settings.number(ALPHA_STOP),
        settings.number(INCREMENT),
        settings.number(LOCK_AFTER),
        settings.number(LAMBDA),
        settings.flag(ADAPTIVE),
        Math.clamp(settings.integer(INTERVAL), 0, Integer.MAX_VALUE),
        settings.number(INIT_SCALE));
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(
          "method 'autopruner': %s, but got %s".formatted(rule, got));
    }
  }
}
