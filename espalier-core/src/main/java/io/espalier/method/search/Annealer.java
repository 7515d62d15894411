package io.espalier.method.search;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * Simulated annealing over a vector of shares: each candidate is the one taken last with every
 * share changed a little. A better candidate is taken, a worse one with probability {@code exp(-d /
 * T)}, {@code d} being how much worse it is and {@code T} the temperature, which falls with each
 * candidate that is taken. The best one of all is the result.
 */
final class Annealer {
  /**
   * Judges candidates.
   *
   * @param <C> what a candidate comes to
   */
  @FunctionalInterface
  interface Judge<C extends Judged> {
    /**
     * What candidate {@code number} comes to.
     *
     * @param shares one a dimension, 0 to 1
     */
    C judge(int number, double[] shares, double temperature);
  }

  /** What a candidate comes to. */
  interface Judged {
    /** How good it is; more is better. */
    double score();

    /** The shares that the next candidate starts from. */
    double[] shares();
  }

  private final Cooling cooling;
  private final SplittableRandom random;
  private final UnaryOperator<double[]> prior;

  /**
   * @param prior puts shares in order that what is known beforehand asks for
   */
  Annealer(Cooling cooling, SplittableRandom random, UnaryOperator<double[]> prior) {
    this.cooling = cooling;
    this.random = random;
    this.prior = prior;
  }

  /**
   * Searches.
   *
   * @param start the shares of the first candidate
   * @param taken is told after every fall of the temperature
   */
  <C extends Judged> C search(double[] start, Judge<C> judge, Runnable taken) {
    double temperature = cooling.start();
    C current = judge.judge(0, prior.apply(start), temperature);
    C best = current;
    for (int number = 1;
        number < cooling.evaluations() && temperature >= cooling.stop();
        number++) {
      C candidate = judge.judge(number, perturbed(current.shares(), temperature), temperature);
      if (candidate.score() > best.score()) {
        best = candidate;
      }
      if (takes(candidate.score(), current.score(), temperature)) {
        current = candidate;
        temperature *= cooling.rate();
        taken.run();
      }
    }
    return best;
  }

  private boolean takes(double score, double current, double temperature) {
    return score > current
        || random.nextDouble() < Math.exp(-Math.abs(score - current) / temperature);
  }

  private double[] perturbed(double[] shares, double temperature) {
    double most = temperature / cooling.start() * cooling.perturbation();
    double[] moved = new double[shares.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = Math.clamp(shares[i] + random.nextDouble(-most, most), 0, 1);
    }
    return prior.apply(moved);
  }
}
