package io.espalier.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DifferenceTest {
  private static double between(double[] expected, double... actual) {
    Difference difference = new Difference();
    difference.add(expected, actual);
    return difference.relative();
  }

  @Test
  void relative_twoOutputs_isTheLargestOverTheLargestOutput() {
    // |4 - 3.9| = 0.1 over 4.
    assertEquals(0.025, between(new double[] {-4, 1}, -3.9, 1.01), 1e-12);
  }

  @Test
  void relative_outputsThatAreNoNumbers_proveNothing() {
    assertEquals(Double.POSITIVE_INFINITY, between(new double[] {Double.NaN}, Double.NaN));
    double infinite = Double.POSITIVE_INFINITY;
    assertEquals(Double.POSITIVE_INFINITY, between(new double[] {1, Double.NaN}, 1, 2));
    assertEquals(infinite, between(new double[] {infinite}, infinite));
  }

  @Test
  void relative_outputsOfDifferentLength_isInfinite() {
    assertEquals(Double.POSITIVE_INFINITY, between(new double[] {1, 2}, 1));
  }
}
