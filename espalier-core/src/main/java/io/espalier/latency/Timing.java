package io.espalier.latency;

import java.util.Arrays;

/**
 * The times of one network: each that of a run, or of several runs divided by their number.
 *
 * @param medianMillis half of the runs were faster
 * @param lowerQuartileMillis a quarter of the runs were faster
 * @param upperQuartileMillis three quarters of the runs were faster
 * @param minMillis the fastest run
 * @param runs how many times were taken
 */
public record Timing(
    double medianMillis,
    double lowerQuartileMillis,
    double upperQuartileMillis,
    double minMillis,
    int runs) {
  private static final double SCATTER = 0.3;

  /** The statistics of one or more runs. */
  static Timing of(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Timing(
        quantile(sorted, 0.5),
        quantile(sorted, 0.25),
        quantile(sorted, 0.75),
        quantile(sorted, 0),
        sorted.length);
  }

  /** The distance of the quartiles as a share of the median. */
  public double spread() {
    return (upperQuartileMillis - lowerQuartileMillis) / medianMillis;
  }

  /** True if the runs differ so much that something else must have used the machine. */
  public boolean isScattered() {
    return spread() > SCATTER;
  }

  /** How many times faster this is than {@code other} by the medians. */
  public double speedupOver(Timing other) {
    return other.medianMillis / medianMillis;
  }

  /** How many times faster this is than {@code other} by the fastest runs. */
  public double fastestSpeedupOver(Timing other) {
    return other.minMillis / minMillis;
  }

  /** Linear interpolation between the two nearest runs. */
  private static double quantile(long[] sorted, double share) {
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return (sorted[below] + (position - below) * (sorted[above] - sorted[below])) / 1e6;
  }
}
