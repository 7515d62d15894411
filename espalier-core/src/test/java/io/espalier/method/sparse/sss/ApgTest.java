package io.espalier.method.sparse.sss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ApgTest {
  private static final double MU = 0.9;

  /** {@code |A x - b|^2 / 2} with its gradient {@code A'(A x - b)}. */
  private record Quadratic(double[][] a, double[] b) {
    static Quadratic random(int rows, int columns, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      double[][] a = new double[rows][];
      Arrays.setAll(a, i -> random.doubles(columns, -1, 1).toArray());
      return new Quadratic(a, random.doubles(rows, -2, 2).toArray());
    }

    double[] gradient(double[] x) {
      double[] gradient = new double[x.length];
      for (int row = 0; row < b.length; row++) {
        double rest = -b[row];
        for (int i = 0; i < x.length; i++) {
          rest += a[row][i] * x[i];
        }
        for (int i = 0; i < x.length; i++) {
          gradient[i] += a[row][i] * rest;
        }
      }
      return gradient;
    }
  }

  private static double[] fill(int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void soft_isTheResidueOfAClip_andSatisfiesOptimality() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      double x = random.nextDouble(-3, 3);
      double t = random.nextDouble(0, 2);
      double s = Apg.soft(x, t);
      assertEquals(x - Math.clamp(x, -t, t), s, 1e-15);
      // 0 is in s - x + t d|s|.
      if (s == 0) {
        assertTrue(Math.abs(x) <= t);
      } else {
        assertEquals(0, s - x + t * Math.signum(s), 1e-15);
      }
    }
    assertEquals(0.75, Apg.soft(1, 0.25));
    assertEquals(-0.75, Apg.soft(-1, 0.25));
    assertEquals(1, Apg.soft(1, 0));
  }

  /**
   * By hand: factors (1, 0.3), rate 0.5, thresholds 0.1. With gradient (0.4, 0.5): z = (0.8, 0.05),
   * s = (0.7, 0), v = (-0.3, -0.3), ahead = (0.7 - 0.27, -0.27). Then with gradient (0, -0.6): z =
   * (0.43, 0.03), s = (0.33, 0), v = (0.33 - 0.43 - 0.27, 0 + 0.27 - 0.27) = (-0.37, 0), ahead =
   * (0.33 - 0.333, 0).
   */
  @Test
  void step_byHand() {
    Apg apg = new Apg(new double[] {1, 0.3}, MU, false);
    apg.step(new double[] {0.4, 0.5}, 0.5, fill(2, 0.1));
    assertArrayEquals(new double[] {0.7, 0}, apg.iterate(), 1e-15);
    assertArrayEquals(new double[] {-0.3, -0.3}, apg.velocity(), 1e-15);
    assertArrayEquals(new double[] {0.43, -0.27}, apg.ahead(), 1e-15);
    apg.step(new double[] {0, -0.6}, 0.5, fill(2, 0.1));
    assertArrayEquals(new double[] {0.33, 0}, apg.iterate(), 1e-15);
    assertArrayEquals(new double[] {-0.003, 0}, apg.ahead(), 1e-15);
    assertEquals(0, apg.iterate()[1], "two steps at zero");
  }

  @Test
  void clamp_keepsTheNextPointAtZeroOrMore() {
    Apg apg = new Apg(new double[] {0.3}, MU, true);
    apg.step(new double[] {0.5}, 0.5, fill(1, 0.1));
    assertArrayEquals(new double[] {0}, apg.ahead());
    assertArrayEquals(new double[] {0}, apg.iterate());
    apg.step(new double[] {2}, 0.5, fill(1, 0.1));
    assertArrayEquals(new double[] {0}, apg.iterate(), "the iterate is no negative factor");
  }

  /** The textbook form keeps the last two iterates and takes gradients at a point in between. */
  @Test
  void momentumForm_isAcceleratedProximalGradient() {
    Quadratic smooth = Quadratic.random(12, 8, 2);
    double[] last = fill(8, 1);
    double[] beforeLast = fill(8, 1);
    Apg apg = new Apg(last, MU, false);
    for (int step = 0; step < 400; step++) {
      double rate = step < 200 ? 0.02 : 0.005;
      double threshold = rate * 0.7;
      double[] point = new double[8];
      for (int i = 0; i < 8; i++) {
        point[i] = last[i] + MU * (last[i] - beforeLast[i]);
      }
      assertArrayEquals(point, apg.ahead(), 1e-12);
      double[] gradient = smooth.gradient(point);
      double[] next = new double[8];
      for (int i = 0; i < 8; i++) {
        next[i] = Apg.soft(point[i] - rate * gradient[i], threshold);
      }
      beforeLast = last;
      last = next;
      apg.step(smooth.gradient(apg.ahead()), rate, fill(8, threshold));
      assertArrayEquals(last, apg.iterate(), 1e-12, "step " + step);
    }
  }

  /** Nesterov's form as {@code Sgd} has it: b = mu b + g, w -= rate (g + mu b). */
  @Test
  void withoutPenalty_isNesterovsGradientDescent() {
    Quadratic smooth = Quadratic.random(12, 8, 3);
    double[] weights = fill(8, 1);
    double[] buffer = new double[8];
    Apg apg = new Apg(weights, MU, false);
    for (int step = 0; step < 300; step++) {
      double rate = 0.02;
      double[] gradient = smooth.gradient(weights);
      for (int i = 0; i < 8; i++) {
        buffer[i] = MU * buffer[i] + gradient[i];
        weights[i] -= rate * (gradient[i] + MU * buffer[i]);
      }
      apg.step(smooth.gradient(apg.ahead()), rate, new double[8]);
      assertArrayEquals(weights, apg.ahead(), 1e-12, "step " + step);
    }
  }

  @Test
  void lasso_convergesToTheOptimum_withExactZeros() {
    Quadratic smooth = Quadratic.random(30, 10, 4);
    double gamma = 2.5;
    double rate = 0.02;
    Apg apg = new Apg(fill(10, 1), MU, false);
    for (int step = 0; step < 4000; step++) {
      apg.step(smooth.gradient(apg.ahead()), rate, fill(10, rate * gamma));
    }
    double[] x = apg.iterate();
    double[] gradient = smooth.gradient(x);
    int zeros = 0;
    for (int i = 0; i < 10; i++) {
      if (x[i] == 0) {
        zeros++;
        assertTrue(Math.abs(gradient[i]) <= gamma, "a zero may not want to grow");
      } else {
        assertEquals(-gamma * Math.signum(x[i]), gradient[i], 1e-10);
      }
    }
    assertTrue(zeros >= 2 && zeros <= 9, zeros + " zeros");
  }

  /** Under the clamp the optimum is that of the same problem on factors of 0 or more. */
  @Test
  void clampedLasso_convergesToTheOptimumOfNonNegativeFactors() {
    Quadratic smooth = Quadratic.random(30, 10, 4);
    double gamma = 1;
    double rate = 0.02;
    Apg apg = new Apg(fill(10, 1), MU, true);
    for (int step = 0; step < 20000; step++) {
      apg.step(smooth.gradient(apg.ahead()), rate, fill(10, rate * gamma));
      assertTrue(Arrays.stream(apg.ahead()).allMatch(p -> p >= 0));
    }
    double[] x = apg.iterate();
    double[] gradient = smooth.gradient(x);
    for (int i = 0; i < 10; i++) {
      if (x[i] == 0) {
        assertTrue(gradient[i] >= -gamma - 1e-9, "a zero wants to grow");
      } else {
        assertEquals(-gamma, gradient[i], 1e-8);
      }
    }
    assertTrue(Arrays.stream(x).anyMatch(v -> v == 0) && Arrays.stream(x).anyMatch(v -> v > 0));
  }

  @Test
  void restore_goesOnFromTheSameState() {
    Quadratic smooth = Quadratic.random(12, 8, 5);
    Apg whole = new Apg(fill(8, 1), MU, true);
    Apg part = new Apg(fill(8, 1), MU, true);
    for (int step = 0; step < 20; step++) {
      whole.step(smooth.gradient(whole.ahead()), 0.02, fill(8, 0.01));
      if (step == 9) {
        part.restore(whole.ahead(), whole.iterate(), whole.velocity());
      }
      if (step > 9) {
        part.step(smooth.gradient(part.ahead()), 0.02, fill(8, 0.01));
      }
    }
    assertArrayEquals(whole.ahead(), part.ahead());
    assertArrayEquals(whole.iterate(), part.iterate());
  }
}
