package io.espalier.method.reconstruct;

import java.util.Arrays;

/**
 * {@code argmin 1/(2M) ||y - Z b||^2 + lambda ||b||_1} by coordinate descent on the normal
 * equations: the columns in their order, those in use until they settle, then all again. The same
 * equations give the same bits.
 */
final class Lasso {
  /** How far the optimality conditions may be missed, as a share of the largest useful penalty. */
  static final double TOLERANCE = 1e-8;

  private static final int MOST_SWEEPS = 5_000;

  private final NormalEquations equations;
  private final double lambda;
  private final double[] beta;
  private final double[] gradient;

  private Lasso(NormalEquations equations, double lambda, double[] start) {
    this.equations = equations;
    this.lambda = lambda;
    this.beta = start.clone();
    this.gradient = equations.moments().clone();
    for (int i = 0; i < beta.length; i++) {
      if (beta[i] != 0) {
        shift(i, beta[i]);
      }
    }
  }

  /**
   * The minimiser.
   *
   * @param lambda weight of the penalty, 0 or more
   * @param start where the search begins: zeros, or the answer to a similar penalty
   */
  static double[] solve(NormalEquations equations, double lambda, double[] start) {
    if (!(lambda >= 0) || start.length != equations.size()) {
      throw new IllegalArgumentException(
          "a penalty of 0 or more and a start of %d numbers are needed, but got %s and %d"
              .formatted(equations.size(), lambda, start.length));
    }
    return new Lasso(equations, lambda, start).run();
  }

  private double[] run() {
    double tolerance = TOLERANCE * equations.lambdaMax();
    int sweeps = 0;
    while (sweeps++ < MOST_SWEEPS && sweep(true) > tolerance) {
      while (sweeps++ < MOST_SWEEPS && sweep(false) > tolerance) {
        // Most of the work is on the few columns in use.
      }
    }
    return beta;
  }

  /** Moves each column once; returns by how much the worst of them missed its condition. */
  private double sweep(boolean all) {
    double worst = 0;
    for (int i = 0; i < beta.length; i++) {
      double own = equations.gram(i, i);
      if (own > 0 && (all || beta[i] != 0)) {
        worst = Math.max(worst, violation(i));
        double moved = softThreshold(gradient[i] + own * beta[i], lambda) / own;
        if (moved != beta[i]) {
          shift(i, moved - beta[i]);
          beta[i] = moved;
        }
      }
    }
    return worst;
  }

  private void shift(int column, double by) {
    int row = column * equations.size();
    for (int j = 0; j < gradient.length; j++) {
      gradient[j] -= by * equations.gram()[row + j];
    }
  }

  private double violation(int i) {
    return beta[i] == 0
        ? Math.max(0, Math.abs(gradient[i]) - lambda)
        : Math.abs(gradient[i] - Math.copySign(lambda, beta[i]));
  }

  /** {@code sign(x) * max(|x| - by, 0)}. */
  static double softThreshold(double x, double by) {
    return Math.copySign(Math.max(Math.abs(x) - by, 0), x);
  }

  /** How many of {@code beta} are not zero. */
  static int count(double[] beta) {
    return (int) Arrays.stream(beta).filter(b -> b != 0).count();
  }
}
