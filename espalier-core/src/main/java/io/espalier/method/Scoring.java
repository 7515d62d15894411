package io.espalier.method;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a criterion says about a network.
 *
 * @param scores one score a unit; infinite where there was nothing to judge by
 * @param silent names of the groups that there was nothing to judge by
 */
record Scoring(Scores scores, List<String> silent) {
  private static final int NAMED = 3;

  static Scoring of(
      Criterion criterion, Graph graph, ChannelMap map, long seed, Progress progress) {
    List<String> silent = new ArrayList<>();
    progress.begin("scoring units", map.groups().size(), "groups");
    try {
      Scores scores =
          Scores.of(
              map,
              group -> {
                double[] own = scores(criterion, Evidence.of(graph, group, seed), group, silent);
                progress.advance(1);
                return own;
              });
      return new Scoring(scores, silent);
    } finally {
      progress.end();
    }
  }

  private static double[] scores(
      Criterion criterion, Evidence evidence, ChannelGroup group, List<String> silent) {
    Optional<double[]> scores = criterion.score(evidence);
    if (scores.isEmpty()) {
      silent.add(group.name());
      double[] stays = new double[group.units()];
      Arrays.fill(stays, Double.POSITIVE_INFINITY);
      return stays;
    }
    return scores.get();
  }

  /** What the user should know about groups that nothing was said about. */
  Optional<String> warning(String method) {
    if (silent.isEmpty()) {
      return Optional.empty();
    }
    String more = silent.size() > NAMED ? " and %d more".formatted(silent.size() - NAMED) : "";
    return Optional.of(
        "%s has nothing to judge %d of the channel groups by, and they stay whole: %s%s"
            .formatted(
                method,
                silent.size(),
                String.join(", ", silent.subList(0, Math.min(NAMED, silent.size()))),
                more));
  }
}
