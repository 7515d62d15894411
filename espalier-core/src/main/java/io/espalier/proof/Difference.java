package io.espalier.proof;

/** The largest difference between two sets of outputs, relative to the largest output. */
final class Difference {
  private double largestOutput;
  private double largestDifference;

  void add(double[] expected, double[] actual) {
    if (expected.length != actual.length) {
      largestDifference = Double.POSITIVE_INFINITY;
      return;
    }
    for (int i = 0; i < expected.length; i++) {
      boolean same = Double.compare(expected[i], actual[i]) == 0;
      double difference = same ? 0 : Math.abs(expected[i] - actual[i]);
      largestDifference =
          Math.max(
              largestDifference, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
      largestOutput = Math.max(largestOutput, Math.abs(expected[i]));
    }
  }

  double relative() {
    return largestDifference == 0 ? 0 : largestDifference / Math.max(largestOutput, 1e-30);
  }
}
