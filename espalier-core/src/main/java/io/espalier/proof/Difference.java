package io.espalier.proof;

/** The largest difference between two sets of outputs, relative to the largest output. */
public final class Difference {
  private double largestOutput;
  private double largestDifference;

  /** Compares further outputs, element by element; of another number they differ without end. */
  public void add(double[] expected, double[] actual) {
    if (expected.length != actual.length) {
      largestDifference = Double.POSITIVE_INFINITY;
      return;
    }
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      // An output that is no number proves nothing, even if both networks agree on it.
      largestDifference =
          Math.max(
              largestDifference,
              Double.isFinite(difference) ? difference : Double.POSITIVE_INFINITY);
      largestOutput = Math.max(largestOutput, Math.abs(expected[i]));
    }
  }

  /** What was found so far; infinite where an output is no number. */
  public double relative() {
    if (largestDifference == 0 || Double.isInfinite(largestDifference)) {
      return largestDifference;
    }
    return largestDifference / Math.max(largestOutput, 1e-30);
  }
}
