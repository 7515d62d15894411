package io.espalier.method.criterion;

import io.espalier.channel.ChannelGroup;
import io.espalier.method.Settings;
import java.util.Arrays;

/** What criteria on images share. */
final class Samples {
  private static final int MOST = 100_000_000;

  private Samples() {}

  /** The whole number {@code name}, 1 or more. */
  static int count(String method, String name, Settings settings) {
    long count = settings.integer(name);
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException(
          "method '%s': %s must be from 1 to %d, but got %d".formatted(method, name, MOST, count));
    }
    return (int) count;
  }

  /** Scores of a group that there is nothing to judge by: it stays whole. */
  static double[] stays(ChannelGroup group) {
    double[] scores = new double[group.units()];
    Arrays.fill(scores, Double.POSITIVE_INFINITY);
    return scores;
  }
}
