package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LassoTest {
  /** G and c of {@code z} and {@code y}, from the definition. */
  static NormalEquations equations(double[][] z, double[] y) {
    int columns = z[0].length;
    double[] gram = new double[columns * columns];
    double[] moments = new double[columns];
    for (int row = 0; row < y.length; row++) {
      for (int i = 0; i < columns; i++) {
        moments[i] += z[row][i] * y[row] / y.length;
        for (int j = 0; j < columns; j++) {
          gram[i * columns + j] += z[row][i] * z[row][j] / y.length;
        }
      }
    }
    return new NormalEquations(columns, gram, moments);
  }

  private static NormalEquations correlated(int columns) {
    double[][] z = Layers.uniform(3, 200, columns);
    double[] y = new double[z.length];
    for (int row = 0; row < z.length; row++) {
      for (int i = 1; i < columns; i++) {
        z[row][i] += 0.9 * z[row][i - 1];
      }
      y[row] = 2 * z[row][0] - z[row][columns / 2] + 0.3 * z[row][columns - 1];
    }
    return equations(z, y);
  }

  @Test
  void twoColumns_byHand() {
    // Both in use: G b = c - lambda, so b = ([1 -0.5; -0.5 1] / 0.75) [0.8 0.6].
    NormalEquations equations =
        new NormalEquations(2, new double[] {1, 0.5, 0.5, 1}, new double[] {1, 0.8});
    assertArrayEquals(
        new double[] {2.0 / 3, 4.0 / 15}, Lasso.solve(equations, 0.2, new double[2]), 1e-9);
    // At 0.65 the second would be negative; alone, the first is 1 - 0.65.
    assertArrayEquals(new double[] {0.35, 0}, Lasso.solve(equations, 0.65, new double[2]), 1e-9);
  }

  @Test
  void solution_meetsTheOptimalityConditions() {
    NormalEquations equations = correlated(12);
    for (double share : new double[] {0.9, 0.3, 0.05, 0.002}) {
      double lambda = share * equations.lambdaMax();
      double[] beta = Lasso.solve(equations, lambda, new double[12]);
      for (int i = 0; i < beta.length; i++) {
        double gradient = equations.moments()[i];
        for (int j = 0; j < beta.length; j++) {
          gradient -= equations.gram(i, j) * beta[j];
        }
        if (beta[i] == 0) {
          assertTrue(Math.abs(gradient) <= lambda * (1 + 1e-6));
        } else {
          assertEquals(Math.copySign(lambda, beta[i]), gradient, 1e-6 * lambda);
        }
      }
    }
  }

  @Test
  void atLambdaMax_nothingIsLeft_justBelowOneColumnIs() {
    NormalEquations equations = correlated(8);
    double most = equations.lambdaMax();
    assertEquals(0, Lasso.count(Lasso.solve(equations, most, new double[8])));
    assertEquals(1, Lasso.count(Lasso.solve(equations, most * 0.999, new double[8])));
    // The sign of the target makes no difference, also where every column is against it.
    assertEquals(most, equations.times(-1).lambdaMax());
    double[] against = {-0.3, -0.7};
    assertEquals(0.7, new NormalEquations(2, new double[] {1, 0, 0, 1}, against).lambdaMax());
  }

  @Test
  void orthonormalColumns_areSoftThresholded() {
    double[] least = {3, -2, 0.5, -0.1};
    double[] identity = new double[16];
    for (int i = 0; i < 4; i++) {
      identity[5 * i] = 1;
    }
    double[] beta = Lasso.solve(new NormalEquations(4, identity, least), 0.7, new double[4]);
    assertArrayEquals(new double[] {2.3, -1.3, 0, 0}, beta, 1e-9);
  }

  @Test
  void warmStart_leadsToTheSameAnswer() {
    NormalEquations equations = correlated(10);
    double lambda = 0.1 * equations.lambdaMax();
    double[] cold = Lasso.solve(equations, lambda, new double[10]);
    double[] start = Lasso.solve(equations, 3 * lambda, new double[10]);
    assertArrayEquals(cold, Lasso.solve(equations, lambda, start), 1e-6);
  }

  @Test
  void silentColumn_staysOut() {
    NormalEquations equations =
        new NormalEquations(2, new double[] {1, 0, 0, 0}, new double[] {1, 0});
    assertArrayEquals(new double[] {1, 0}, Lasso.solve(equations, 0, new double[2]));
  }

  @Test
  void path_findsEveryWidth_andKeepsWhatWasPlanted() {
    NormalEquations equations = correlated(12);
    for (int wanted = 1; wanted <= 12; wanted++) {
      LassoPath.Choice choice = new LassoPath(0).choose(equations, wanted);
      assertEquals(wanted, choice.kept().length);
      assertArrayEquals(Arrays.stream(choice.kept()).distinct().sorted().toArray(), choice.kept());
    }
    int[] three = new LassoPath(0).choose(equations, 3).kept();
    assertTrue(Arrays.binarySearch(three, 0) >= 0 && Arrays.binarySearch(three, 6) >= 0);
  }

  @Test
  void path_whereTheCountJumpsOverTheWidth_takesTheFirstOfEqualColumns() {
    double[] identity = new double[16];
    for (int i = 0; i < 4; i++) {
      identity[5 * i] = 1;
    }
    NormalEquations equations = new NormalEquations(4, identity, new double[] {1, 0.5, 0.5, 0.2});
    assertArrayEquals(new int[] {0, 1}, new LassoPath(0.1).choose(equations, 2).kept());
  }

  @Test
  void path_withFewerUsefulColumnsThanWanted_fillsUp() {
    NormalEquations equations =
        new NormalEquations(3, new double[] {0, 0, 0, 0, 1, 0, 0, 0, 0}, new double[] {0, 1, 0});
    assertArrayEquals(new int[] {0, 1}, new LassoPath(0.1).choose(equations, 2).kept());
  }

  @Test
  void path_isWithinSlackOfTheWantedCountBeforeTheLastChoice() {
    NormalEquations equations = correlated(40);
    LassoPath.Choice choice = new LassoPath(0.1).choose(equations, 20);
    int count = Lasso.count(choice.beta());
    assertTrue(count >= 20 && count <= 22);
    double least =
        Arrays.stream(choice.kept()).mapToDouble(i -> Math.abs(choice.beta()[i])).min().orElse(0);
    for (int i = 0; i < 40; i++) {
      if (Arrays.binarySearch(choice.kept(), i) < 0) {
        assertTrue(Math.abs(choice.beta()[i]) <= least);
      }
    }
  }

  @Test
  void scaledColumns_areThoseOfScaledData() {
    double[][] z = Layers.uniform(5, 30, 3);
    double[] y = Layers.uniform(6, 1, 30)[0];
    double[][] scaled =
        Arrays.stream(z).map(r -> new double[] {2 * r[0], r[1], r[2] / 3}).toArray(double[][]::new);
    NormalEquations expected = equations(scaled, y);
    NormalEquations actual = equations(z, y).withColumns(new double[] {2, 1, 1.0 / 3});
    assertArrayEquals(expected.gram(), actual.gram(), 1e-9);
    assertArrayEquals(expected.moments(), actual.moments(), 1e-9);
  }
}
