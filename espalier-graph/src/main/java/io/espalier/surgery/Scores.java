package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import java.util.List;
import java.util.function.Function;

/**
 * How much each unit matters; the smallest goes first.
 *
 * @param byGroup one array a channel group, one score a unit
 */
public record Scores(List<double[]> byGroup) {
  public Scores {
    byGroup = byGroup.stream().map(double[]::clone).toList();
    for (double[] scores : byGroup) {
      for (double score : scores) {
        if (Double.isNaN(score)) {
          throw new IllegalArgumentException("a score is not a number");
        }
      }
    }
  }

  /** Scores every group of {@code map}. */
  public static Scores of(ChannelMap map, Function<ChannelGroup, double[]> score) {
    List<double[]> scores = map.groups().stream().map(score).toList();
    for (ChannelGroup group : map.groups()) {
      if (scores.get(group.index()).length != group.units()) {
        throw new IllegalArgumentException(
            "group '%s' has %d units, but got %d scores"
                .formatted(group.name(), group.units(), scores.get(group.index()).length));
      }
    }
    return new Scores(scores);
  }

  double of(int group, int unit) {
    return byGroup.get(group)[unit];
  }
}
