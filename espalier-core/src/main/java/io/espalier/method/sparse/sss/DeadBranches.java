package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.surgery.ResidualBranch;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds branches in which training left nothing of a layer: all channels of it, or all its
 * convolution groups, are zero where they are read.
 *
 * @param strengths of the channels, by group and unit
 */
record DeadBranches(ChannelMap map, Scores strengths) {
  /** The smallest branch around each dead layer of {@code graph}, where there is one. */
  List<ResidualBranch> of(Graph graph) {
    List<ChannelGroup> dead =
        map.groups().stream()
            .filter(
                group ->
                    Arrays.stream(strengths.byGroup().get(group.index())).allMatch(s -> s == 0))
            .toList();
    if (dead.isEmpty()) {
      return List.of();
    }
    List<ResidualBranch> all = ResidualBranch.of(graph);
    List<ResidualBranch> found = new ArrayList<>();
    for (ChannelGroup group : dead) {
      all.stream()
          .filter(branch -> branch.nodes().containsAll(group.producers()))
          .min(Comparator.comparingInt(branch -> branch.nodes().size()))
          .filter(branch -> !found.contains(branch))
          .ifPresent(found::add);
    }
    return found;
  }
}
