package io.espalier.method.search;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * From shares of groups to one order of all units. The {@code k}-th unit of a group of {@code n}
 * with share {@code s} goes when the common factor on all shares reaches {@code k / (n s)}. What
 * goes until a budget is met is therefore what all shares take, scaled alike.
 *
 * @param map the channels
 * @param scores which units of a group go first
 */
record ShareOrder(ChannelMap map, Scores scores) {
  private static final double LEAST = 1e-6;

  /**
   * The order.
   *
   * @param shares one a group, 0 to 1
   */
  Scores of(double[] shares) {
    List<double[]> order = new ArrayList<>();
    for (ChannelGroup group : map.groups()) {
      order.add(of(scores.byGroup().get(group.index()), shares[group.index()]));
    }
    return new Scores(order);
  }

  private static double[] of(double[] own, double share) {
    double[] factors = new double[own.length];
    Arrays.fill(factors, Double.POSITIVE_INFINITY);
    int[] leastFirst =
        IntStream.range(0, own.length)
            .boxed()
            .filter(unit -> own[unit] < Double.POSITIVE_INFINITY)
            .sorted(Comparator.comparingDouble(unit -> own[unit]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int rank = 0; rank < leastFirst.length; rank++) {
      factors[leastFirst[rank]] = (rank + 1) / (own.length * Math.max(LEAST, share));
    }
    return factors;
  }

  /** {@code shares} times the one factor with which they would take as many units as went. */
  double[] scaled(double[] shares, Map<Integer, BitSet> removed) {
    double asked = 0;
    double gone = 0;
    for (ChannelGroup group : map.groups()) {
      int out = removed.getOrDefault(group.index(), new BitSet()).cardinality();
      asked += out > 0 ? shares[group.index()] * group.units() : 0;
      gone += out;
    }
    double factor = asked > 0 ? gone / asked : 1;
    return Arrays.stream(shares).map(share -> Math.min(1, share * factor)).toArray();
  }
}
