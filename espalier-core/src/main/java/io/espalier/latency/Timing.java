package io.espalier.latency;

import java.util.Arrays;

/**
 * The times of one network's runs.
 *
 * @param medianMillis half of the runs were faster
 * @param lowerQuartileMillis a quarter of the runs were faster
 * @param upperQuartileMillis three quarters of the runs were faster
 * @param minMillis the fastest run
 * @param runs how many were timed
 */
public record Timing(
    double medianMillis,
    double lowerQuartileMillis,
    double upperQuartileMillis,
    double minMillis,
    int runs) {

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

  /** Linear interpolation between the two nearest runs. */
  private static double quantile(long[] sorted, double share) {
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return (sorted[below] + (position - below) * (sorted[above] - sorted[below])) / 1e6;
  }
}
