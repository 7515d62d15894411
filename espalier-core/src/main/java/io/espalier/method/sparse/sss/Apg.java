package io.espalier.method.sparse.sss;

import java.util.Arrays;

/**
 * Accelerated proximal gradient descent on factors with an l1 penalty, in the momentum form of the
 * paper. The stored numbers are the points ahead, {@code l' = l + mu v}, where gradients are taken:
 *
 * <pre>
 * z = l' - rate * gradient      s = S(z), the soft threshold
 * v = s - l' + mu v             l' = s + mu v
 * </pre>
 *
 * {@code s} is the iterate itself; where the threshold takes it, it is exactly zero.
 */
final class Apg {
  private final double momentum;
  private final boolean clamped;
  private double[] ahead;
  private double[] iterate;
  private double[] velocity;

  /**
   * @param start the factors to start from
   * @param momentum share of the velocity that is kept, 0 or more and below 1
   * @param clamped whether the points ahead stay 0 or more, and with them the factors
   */
  Apg(double[] start, double momentum, boolean clamped) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum must be from 0 to below 1, but got " + momentum);
    }
    this.momentum = momentum;
    this.clamped = clamped;
    this.ahead = start.clone();
    this.iterate = start.clone();
    this.velocity = new double[start.length];
  }

  /** {@code sign(x) max(|x| - threshold, 0)}. */
  static double soft(double x, double threshold) {
    return x > threshold ? x - threshold : x < -threshold ? x + threshold : 0;
  }

  /**
   * One step.
   *
   * @param gradient of the smooth part at {@link #ahead()}
   * @param thresholds the rate times the weight of the penalty of each factor
   */
  void step(double[] gradient, double rate, double[] thresholds) {
    for (int i = 0; i < ahead.length; i++) {
      double s = soft(ahead[i] - rate * gradient[i], thresholds[i]);
      velocity[i] = s - ahead[i] + momentum * velocity[i];
      double next = s + momentum * velocity[i];
      ahead[i] = clamped ? Math.max(0, next) : next;
      iterate[i] = clamped ? Math.max(0, s) : s;
    }
  }

  /** Where the next gradient is to be taken. */
  double[] ahead() {
    return ahead.clone();
  }

  /** The factors. */
  double[] iterate() {
    return iterate.clone();
  }

  double[] velocity() {
    return velocity.clone();
  }

  /** Goes on from what {@link #ahead()}, {@link #iterate()} and {@link #velocity()} gave. */
  void restore(double[] newAhead, double[] newIterate, double[] newVelocity) {
    int count = ahead.length;
    for (double[] values : new double[][] {newAhead, newIterate, newVelocity}) {
      if (values.length != count) {
        throw new IllegalArgumentException(
            "there are %d factors, but got %s".formatted(count, Arrays.toString(values)));
      }
    }
    ahead = newAhead.clone();
    iterate = newIterate.clone();
    velocity = newVelocity.clone();
  }
}
