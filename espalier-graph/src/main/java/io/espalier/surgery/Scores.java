package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * How much each unit matters; the smallest goes first. Where losses are known too, scores only say
 * which unit of a group goes next, and what goes is what loses least for the cost that it saves.
 *
 * @param byGroup one array a channel group, one score a unit
 * @param losses what the network loses once 0, 1, 2, ... units of a group are gone, one array a
 *     channel group, never falling; empty where nothing is known but the scores. The loss of a
 *     network is the sum over its groups
 */
public record Scores(List<double[]> byGroup, List<double[]> losses) {
  public Scores {
    byGroup = byGroup.stream().map(double[]::clone).toList();
    losses = losses.stream().map(double[]::clone).toList();
    for (double[] scores : byGroup) {
      for (double score : scores) {
        if (Double.isNaN(score)) {
          throw new IllegalArgumentException("a score is not a number");
        }
      }
    }
    if (!losses.isEmpty()) {
      requireLosses(byGroup, losses);
    }
  }

  /** Scores without losses. */
  public Scores(List<double[]> byGroup) {
    this(byGroup, List.of());
  }

  private static void requireLosses(List<double[]> byGroup, List<double[]> losses) {
    boolean fit = losses.size() == byGroup.size();
    for (int group = 0; fit && group < losses.size(); group++) {
      double[] own = losses.get(group);
      fit = own.length == byGroup.get(group).length + 1;
      for (int gone = 1; fit && gone < own.length; gone++) {
        fit = own[gone] >= own[gone - 1];
      }
    }
    if (!fit) {
      throw new IllegalArgumentException(
          "losses need one number more than a group has units, none below the one before");
    }
  }

  /** The same order with what the network loses. */
  public Scores withLosses(List<double[]> newLosses) {
    return new Scores(byGroup, newLosses);
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

  /** Zero where a score is finite: what could go at all. */
  public Scores open() {
    return new Scores(
        byGroup.stream()
            .map(row -> Arrays.stream(row).map(x -> Double.isFinite(x) ? 0 : x).toArray())
            .toList());
  }

  double of(int group, int unit) {
    return byGroup.get(group)[unit];
  }
}
