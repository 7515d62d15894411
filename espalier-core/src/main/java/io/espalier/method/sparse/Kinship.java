package io.espalier.method.sparse;

import io.espalier.channel.Balance;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Which units of a group can take each other's place, and what makes each of them. */
final class Kinship {
  /** What makes a channel what it is. */
  static final Set<Role> MAKERS =
      Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(Role.INPUT)));

  private Kinship() {}

  /**
   * The units of each kind, ascending: they have parts of the same sizes in the same weights, and
   * lie in the same blocks of grouped convolutions.
   */
  static Collection<List<Integer>> of(ChannelGroup group) {
    Map<List<Integer>, List<Integer>> kinds = new LinkedHashMap<>();
    for (int unit = 0; unit < group.units(); unit++) {
      kinds.computeIfAbsent(traits(group, unit), traits -> new ArrayList<>()).add(unit);
    }
    return kinds.values();
  }

  private static List<Integer> traits(ChannelGroup group, int unit) {
    List<Integer> traits = new ArrayList<>();
    group.members().forEach(member -> traits.add(member.positions(unit).length));
    for (Balance balance : group.balances()) {
      List<List<Integer>> blocks = balance.blocks();
      traits.add(
          IntStream.range(0, blocks.size())
              .filter(block -> blocks.get(block).contains(unit))
              .findFirst()
              .orElse(-1));
    }
    return traits;
  }

  /**
   * The filters of each unit as one row. The filters of each layer are brought to the same mean
   * square, so that all layers that write a stream count alike.
   */
  static double[][] filters(Graph graph, ChannelGroup group) {
    double[][] rows = new double[group.units()][0];
    for (Member member : group.members()) {
      if (member.role() == Role.OUTPUT) {
        double[][] own = member.matrix(graph.weight(member.initializer()));
        double squares = Arrays.stream(own).flatMapToDouble(Arrays::stream).map(x -> x * x).sum();
        double scale = squares == 0 ? 0 : Math.sqrt(group.units() / squares);
        for (int unit = 0; unit < rows.length; unit++) {
          rows[unit] = joined(rows[unit], own[unit], scale);
        }
      }
    }
    return rows;
  }

  private static double[] joined(double[] row, double[] more, double scale) {
    double[] all = Arrays.copyOf(row, row.length + more.length);
    for (int i = 0; i < more.length; i++) {
      all[row.length + i] = scale * more[i];
    }
    return all;
  }
}
