package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GreedyOrderTest {
  /** Four columns over four equations; y is their sum. */
  private static final double[][] COLUMNS = {
    {3, 0, 0, 0},
    {0, 2, 0, 1},
    {0, -2, 0.5, 0},
    {0, 0, 1, 1},
  };

  private static NormalEquations equations(double[][] columns) {
    double[][] rows = new double[columns[0].length][columns.length];
    double[] sum = new double[rows.length];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < columns.length; i++) {
        rows[row][i] = columns[i][row];
        sum[row] += columns[i][row];
      }
    }
    return LassoTest.equations(rows, sum);
  }

  private static int[] largest(double[] rank, int count) {
    return IntStream.range(0, rank.length)
        .boxed()
        .sorted((a, b) -> Double.compare(rank[b], rank[a]))
        .limit(count)
        .mapToInt(i -> i)
        .sorted()
        .toArray();
  }

  @Test
  void removed_byHand_takesWhatCancelsOut() {
    // Squared norms 9, 5, 4.25, 2: the last goes first. With it: 11, (0 2 1 2) = 9, (0 -2 1.5 1) =
    // 7.25: the third goes. With both: (3 -2 1.5 1) = 16.25, (0 0 1.5 2) = 6.25: the second.
    double[] rank = GreedyOrder.REMOVED.rank(equations(COLUMNS), 1);
    assertArrayEquals(new double[] {3, 2, 1, 0}, rank);
  }

  @Test
  void removed_pairThatCancels_goesTogether() {
    double[][] columns = {{1, 1, 0}, {5, 0, 0.1}, {-5, 0, 0}, {0, 2, 2}};
    // The first goes first (2); with it the others leave 37.01, 17 and 13: the fourth, although the
    // second and the third together would leave 0.01.
    double[] rank = GreedyOrder.REMOVED.rank(equations(columns), 2);
    assertArrayEquals(new int[] {1, 2}, largest(rank, 2));
  }

  @Test
  void kept_byHand_takesWhatExplainsMostOfTheResidual() {
    // y = (3 0 1.5 2). Explained alone: 9, 4/5, 0.5625/4.25, 12.25/2: the first, then the fourth;
    // what they leave, y - 3 e1 - 1.75 (0 0 1 1) = (0 0 -0.25 0.25), has 0.25 in common with the
    // second (0.0625 / 5) and -0.125 with the third (0.015625 / 4.25): the second.
    double[] rank = GreedyOrder.KEPT.rank(equations(COLUMNS), 3);
    assertArrayEquals(new int[] {0, 3}, largest(rank, 2));
    assertArrayEquals(new int[] {0, 1, 3}, largest(rank, 3));
    assertTrue(rank[0] > rank[3] && rank[3] > rank[1] && rank[2] == 0);
  }

  @Test
  void kept_fitsAgainAtEachStep() {
    // Alone the first explains most of y = (2 2 1); behind it the second has nothing left to say,
    // although it is nearly the first.
    double[][] columns = {{1, 1, 0}, {1, 1, 0.01}, {0, 0, 0.99}};
    double[] rank = GreedyOrder.KEPT.rank(equations(columns), 2);
    int first = rank[0] > rank[1] ? 0 : 1;
    assertArrayEquals(new int[] {first, 2}, largest(rank, 2));
  }

  @Test
  void factors_makeUpForWhatWentAway() {
    // Without the second of two equal columns, the first counts twice.
    NormalEquations equations = equations(new double[][] {{1, 2, 0}, {1, 2, 0}, {0, 0, 3}});
    assertArrayEquals(new double[] {2, 1}, LeastSquares.factors(equations, 0, 2).values(), 1e-12);
    double power = (4.0 + 16 + 9) / 3;
    assertTrue(equations.error(new double[] {2, 0, 1}, power) < 1e-12);
    assertTrue(Math.abs(equations.error(new double[] {1, 0, 1}, power) - 5.0 / 3) < 1e-12);
  }

  @Test
  void silentColumn_isTheFirstToGoAndTheLastToStay() {
    double[][] columns = {{1, 0}, {0, 0}, {0, 1}};
    double[] removed = GreedyOrder.REMOVED.rank(equations(columns), 2);
    double[] kept = GreedyOrder.KEPT.rank(equations(columns), 2);
    assertArrayEquals(new int[] {0, 2}, largest(removed, 2));
    assertArrayEquals(new int[] {0, 2}, largest(kept, 2));
    assertTrue(Arrays.stream(removed).distinct().count() == 3);
  }
}
