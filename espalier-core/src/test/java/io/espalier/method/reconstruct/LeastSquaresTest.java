package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.torch.Scope;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {
  private static final int ROWS = 60;
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static double[][] product(double[][] x, double[][] w) {
    double[][] y = new double[x.length][w.length];
    for (int row = 0; row < x.length; row++) {
      for (int o = 0; o < w.length; o++) {
        for (int a = 0; a < w[o].length; a++) {
          y[row][o] += x[row][a] * w[o][a];
        }
      }
    }
    return y;
  }

  private static Moments moments(double[][] x, double[][] y) {
    Moments moments = new Moments(x[0].length, y[0].length);
    moments.add(Layers.matrix(x), Layers.matrix(y));
    return moments;
  }

  private static LeastSquares.Fit fit(
      double[][] x, double[][] y, double[][] w, boolean intercept, int... columns) {
    int[] outputs = IntStream.range(0, w.length).toArray();
    return LeastSquares.fit(moments(x, y), Layers.flat(w), outputs, columns, intercept);
  }

  @Test
  void line_byHand() {
    // Through (0, 1), (1, 2), (2, 6): slope 5/2, intercept 1/2; through the origin: slope 14/5.
    double[][] x = {{0}, {1}, {2}};
    double[][] y = {{1}, {2}, {6}};
    LeastSquares.Fit line = fit(x, y, new double[][] {{0}}, true, 0);
    assertArrayEquals(new double[] {2.5}, line.weight(), 1e-12);
    assertArrayEquals(new double[] {0.5}, line.intercept(), 1e-12);
    LeastSquares.Fit ray = fit(x, y, new double[][] {{0}}, false, 0);
    assertArrayEquals(new double[] {2.8}, ray.weight(), 1e-12);
    assertArrayEquals(new double[] {0}, ray.intercept());
  }

  @Test
  void keepingEverything_givesTheOldWeights() {
    double[][] x = Layers.uniform(1, ROWS, 5);
    double[][] w = Layers.uniform(2, 3, 5);
    LeastSquares.Fit fit = fit(x, product(x, w), w, true, 0, 1, 2, 3, 4);
    assertArrayEquals(Layers.flat(w), fit.weight(), 1e-12);
    assertArrayEquals(new double[3], fit.intercept(), 1e-12);
    assertTrue(fit.fullRank());
  }

  @Test
  void weightsThatAreThere_makeNoDifferenceWhereInputsAreIndependent() {
    double[][] x = Layers.uniform(1, ROWS, 5);
    double[][] y = Layers.uniform(4, ROWS, 2);
    double[] one = fit(x, y, Layers.uniform(2, 2, 5), true, 0, 2, 3).weight();
    double[] other = fit(x, y, Layers.uniform(3, 2, 5), true, 0, 2, 3).weight();
    assertArrayEquals(other, one, 1e-12);
  }

  @Test
  void residual_isOrthogonalToTheInputsThatStay() {
    double[][] x = Layers.uniform(1, ROWS, 6);
    double[][] y = Layers.uniform(4, ROWS, 2);
    int[] kept = {1, 2, 5};
    LeastSquares.Fit fit = fit(x, y, Layers.uniform(2, 2, 6), true, kept);
    for (int o = 0; o < 2; o++) {
      double sum = 0;
      double[] inner = new double[kept.length];
      for (int row = 0; row < ROWS; row++) {
        double rest = y[row][o] - fit.intercept()[o];
        for (int i = 0; i < kept.length; i++) {
          rest -= x[row][kept[i]] * fit.weight()[o * kept.length + i];
        }
        sum += rest;
        for (int i = 0; i < kept.length; i++) {
          inner[i] += rest * x[row][kept[i]];
        }
      }
      assertEquals(0, sum, 1e-10);
      assertArrayEquals(new double[kept.length], inner, 1e-10);
    }
  }

  @Test
  void oneOfTwoEqualInputs_costsNothing() {
    double[][] x = Layers.uniform(1, ROWS, 4);
    Arrays.stream(x).forEach(row -> row[3] = row[1]);
    double[][] w = Layers.uniform(2, 2, 4);
    LeastSquares.Fit fit = fit(x, product(x, w), w, true, 0, 1, 2);
    assertTrue(fit.fullRank());
    double[] expected = {w[0][0], w[0][1] + w[0][3], w[0][2], w[1][0], w[1][1] + w[1][3], w[1][2]};
    assertArrayEquals(expected, fit.weight(), 1e-12);
  }

  @Test
  void dependentInputs_getTheSmallestCorrection() {
    double[][] x = Layers.uniform(1, ROWS, 4);
    Arrays.stream(x).forEach(row -> row[1] = row[0]);
    double[][] w = Layers.uniform(2, 1, 4);
    double[][] y = product(x, w);
    Arrays.setAll(y, i -> new double[] {y[i][0] + 2 * x[i][0]});
    LeastSquares.Fit fit = fit(x, y, w, true, 0, 1, 2, 3);
    assertFalse(fit.fullRank());
    double[] expected = {w[0][0] + 1, w[0][1] + 1, w[0][2], w[0][3]};
    assertArrayEquals(expected, fit.weight(), 1e-6);
  }

  @Test
  void fewerRowsThanInputs_leavesWeightsThatFitAlone() {
    double[][] x = Layers.uniform(1, 4, 9);
    double[][] w = Layers.uniform(2, 2, 9);
    LeastSquares.Fit fit = fit(x, product(x, w), w, false, IntStream.range(0, 9).toArray());
    assertFalse(fit.fullRank());
    assertArrayEquals(Layers.flat(w), fit.weight(), 1e-7);
  }

  @Test
  void inputThatNeverVaries_keepsItsWeight() {
    double[][] x = Layers.uniform(1, ROWS, 3);
    Arrays.stream(x).forEach(row -> row[2] = 0.75);
    double[][] w = Layers.uniform(2, 1, 3);
    LeastSquares.Fit fit = fit(x, product(x, w), w, true, 0, 1, 2);
    assertArrayEquals(Layers.flat(w), fit.weight(), 1e-9);
    assertTrue(fit.fullRank());
  }

  @Test
  void someOutputs_areFittedAlone() {
    double[][] x = Layers.uniform(1, ROWS, 4);
    double[][] y = Layers.uniform(4, ROWS, 3);
    double[][] w = Layers.uniform(2, 3, 4);
    double[] all = fit(x, y, w, true, 0, 3).weight();
    LeastSquares.Fit one =
        LeastSquares.fit(moments(x, y), Layers.flat(w), new int[] {2}, new int[] {0, 3}, true);
    assertArrayEquals(new double[] {all[4], all[5]}, one.weight(), 1e-12);
  }
}
