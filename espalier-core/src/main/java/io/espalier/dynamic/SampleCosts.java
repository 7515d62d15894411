package io.espalier.dynamic;

import java.util.Arrays;
import java.util.stream.LongStream;

/** What each of a number of samples cost: the distribution. */
public final class SampleCosts {
  private final long dense;
  private final long[] ascending;

  /**
   * @param dense MACs of the original network
   * @param macs MACs of each sample, one or more
   */
  public SampleCosts(long dense, long[] macs) {
    if (dense < 1 || macs.length == 0) {
      throw new IllegalArgumentException(
          "costs need samples and a network that costs something, but got %d and %d"
              .formatted(macs.length, dense));
    }
    this.dense = dense;
    this.ascending = macs.clone();
    Arrays.sort(ascending);
  }

  /** MACs of the original network. */
  public long dense() {
    return dense;
  }

  public int samples() {
    return ascending.length;
  }

  /** MACs of the mean sample. */
  public double mean() {
    return LongStream.of(ascending).average().orElseThrow();
  }

  /** The mean as a share of the original network. */
  public double share() {
    return mean() / dense;
  }

  /** Standard deviation of the samples' MACs; 0 where all cost the same. */
  public double deviation() {
    double mean = mean();
    double squares = 0;
    for (long macs : ascending) {
      squares += (macs - mean) * (macs - mean);
    }
    return Math.sqrt(squares / ascending.length);
  }

  /**
   * The smallest cost that {@code share} of the samples do not exceed: 0.5 for the median, 0 and 1
   * for the extremes.
   */
  public long quantile(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("a quantile is from 0 to 1, but got " + share);
    }
    int index = (int) Math.ceil(share * ascending.length) - 1;
    return ascending[Math.max(0, index)];
  }

  /** Every sample's MACs, ascending. */
  public long[] macs() {
    return ascending.clone();
  }

  @Override
  public String toString() {
    return "mean %.4g MACs (%.2f %% of %d), standard deviation %.4g, from %d to %d"
        .formatted(mean(), 100 * share(), dense, deviation(), quantile(0), quantile(1));
  }
}
