package io.espalier.method.gate;

import java.util.Arrays;

/**
 * The codes of several batches, added up by unit. Immutable.
 *
 * @param batches number of batches
 * @param open in how many of them the unit's code was above one half
 * @param sums sums of the codes
 */
record CodeWindow(int batches, int[] open, double[] sums) {
  static final double LOW = 0.2;
  static final double HIGH = 0.8;
  private static final int BINS = 10;

  static CodeWindow empty(int units) {
    return new CodeWindow(0, new int[units], new double[units]);
  }

  /** This and one more batch, whose codes are {@code code}. */
  CodeWindow plus(double[] code) {
    int[] newOpen = open.clone();
    double[] newSums = sums.clone();
    for (int unit = 0; unit < code.length; unit++) {
      newOpen[unit] += code[unit] > 0.5 ? 1 : 0;
      newSums[unit] += code[unit];
    }
    return new CodeWindow(batches + 1, newOpen, newSums);
  }

  /** The binary code: for each unit whether its code was above one half in most batches. */
  boolean[] binary() {
    boolean[] binary = new boolean[open.length];
    for (int unit = 0; unit < binary.length; unit++) {
      binary[unit] = 2 * open[unit] > batches;
    }
    return binary;
  }

  /** {@link #binary()} as numbers. */
  double[] ones() {
    boolean[] binary = binary();
    double[] ones = new double[binary.length];
    Arrays.setAll(ones, unit -> binary[unit] ? 1 : 0);
    return ones;
  }

  /** The mean code of each unit. */
  double[] means() {
    return Arrays.stream(sums).map(sum -> sum / Math.max(1, batches)).toArray();
  }

  /** Share of the units whose binary code is one. */
  double kept() {
    int ones = 0;
    for (boolean one : binary()) {
      ones += one ? 1 : 0;
    }
    return (double) ones / open.length;
  }

  /** Share of the units whose code was not on the same side of one half in all batches. */
  double inconsistency() {
    return (double) Arrays.stream(open).filter(n -> n > 0 && n < batches).count() / open.length;
  }

  /** Share of the units whose mean code has taken a side. */
  double decided() {
    return decided(means());
  }

  /** Share of {@code code} that is below 0.2 or above 0.8. */
  static double decided(double[] code) {
    return (double) Arrays.stream(code).filter(v -> v < LOW || v > HIGH).count() / code.length;
  }

  /** How many mean codes lie in each tenth of the way from 0 to 1. */
  int[] histogram() {
    int[] bins = new int[BINS];
    Arrays.stream(means()).forEach(v -> bins[(int) Math.min(BINS - 1, v * BINS)]++);
    return bins;
  }
}
