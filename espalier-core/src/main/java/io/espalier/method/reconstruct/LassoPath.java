package io.espalier.method.reconstruct;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Finds the penalty at which a LASSO keeps as many columns as are wanted: it doubles until too few
 * are left, then bisects until the count is at most {@code slack} above what is wanted. The count
 * is a step function that can jump over that window, so the search ends after some steps; of what
 * is left then, the largest coefficients stay.
 *
 * @param slack share of the wanted count that may be left over for the last choice, 0 or more
 */
record LassoPath(double slack) {
  private static final double FIRST = 1e-3;
  private static final double LEAST = 1e-6;
  private static final int MOST_STEPS = 40;

  /**
   * The columns that stay.
   *
   * @param kept their numbers, ascending, exactly as many as wanted
   * @param lambda the penalty at which the search ended
   * @param beta the coefficients at that penalty
   */
  record Choice(int[] kept, double lambda, double[] beta) {}

  LassoPath {
    if (!(slack >= 0)) {
      throw new IllegalArgumentException("slack must be 0 or more, but got " + slack);
    }
  }

  /** Keeps {@code wanted} columns, 1 or more. */
  Choice choose(NormalEquations equations, int wanted) {
    if (wanted < 1 || wanted > equations.size()) {
      throw new IllegalArgumentException(
          "wanted must be from 1 to %d, but got %d".formatted(equations.size(), wanted));
    }
    double high = FIRST * equations.lambdaMax();
    double low = 0;
    double[] start = new double[equations.size()];
    double[] beta = Lasso.solve(equations, high, start);
    Choice best = null;
    while (high > 0 && Lasso.count(beta) >= wanted) {
      best = new Choice(new int[0], high, beta);
      low = high;
      high *= 2;
      beta = Lasso.solve(equations, high, beta);
    }
    if (best == null) {
      low = LEAST * high;
      best = new Choice(new int[0], low, Lasso.solve(equations, low, beta));
    }
    int most = (int) Math.floor(wanted * (1 + slack));
    for (int step = 0; step < MOST_STEPS && Lasso.count(best.beta()) > most; step++) {
      double middle = (low + high) / 2;
      double[] tried = Lasso.solve(equations, middle, best.beta());
      if (Lasso.count(tried) >= wanted) {
        best = new Choice(new int[0], middle, tried);
        low = middle;
      } else {
        high = middle;
      }
    }
    return new Choice(largest(equations, best.beta(), wanted), best.lambda(), best.beta());
  }

  /** The largest coefficients; columns without one (silent or redundant) by what they explain. */
  private static int[] largest(NormalEquations equations, double[] beta, int wanted) {
    double[] moments = equations.moments();
    return IntStream.range(0, beta.length)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer i) -> -Math.abs(beta[i]))
                .thenComparingDouble(i -> -Math.abs(moments[i])))
        .limit(wanted)
        .mapToInt(i -> i)
        .sorted()
        .toArray();
  }
}
