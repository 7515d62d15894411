package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which units belong together.
 *
 * @param byGroup the clusters of more than one unit by group index; each has first the unit that
 *     stays and then those that go
 */
record Clusters(Map<Integer, List<List<Integer>>> byGroup) {
  Clusters {
    byGroup = Map.copyOf(byGroup);
  }

  /**
   * Each unit that goes joins one that stays.
   *
   * @param even whether that is the one with the nearest number, the lower of two; else it is the
   *     one with the most similar filters
   * @throws MethodException if none stays that it could join
   */
  static Clusters of(Graph graph, ChannelMap map, Map<Integer, BitSet> removed, boolean even) {
    Map<Integer, List<List<Integer>>> clusters = new HashMap<>();
    removed.forEach(
        (index, gone) -> {
          ChannelGroup group = map.groups().get(index);
          double[][] rows = even ? numbers(group.units()) : Kinship.filters(graph, group);
          Map<Integer, List<Integer>> byKeeper = new TreeMap<>();
          for (List<Integer> kind : Kinship.of(group)) {
            for (int unit : kind) {
              if (gone.get(unit)) {
                int keeper = nearest(group, rows, kind, gone, unit);
                byKeeper.computeIfAbsent(keeper, k -> new ArrayList<>(List.of(k))).add(unit);
              }
            }
          }
          clusters.put(index, List.copyOf(byKeeper.values()));
        });
    return new Clusters(clusters);
  }

  private static double[][] numbers(int units) {
    double[][] rows = new double[units][];
    Arrays.setAll(rows, unit -> new double[] {unit});
    return rows;
  }

  private static int nearest(
      ChannelGroup group, double[][] rows, List<Integer> kind, BitSet gone, int unit) {
    return kind.stream()
        .filter(other -> !gone.get(other))
        .min(Comparator.comparingDouble(other -> Spread.distance(rows[unit], rows[other])))
        .orElseThrow(
            () ->
                new MethodException(
                    "fcp: of the channels that unit %d of '%s' could join none stays: give a larger budget or --floor"
                        .formatted(unit, group.name())));
  }

  /** {@code graph} with every channel of a cluster made as the mean of the cluster. */
  Graph averaged(Graph graph, ChannelMap map) {
    WeightEdits edits = new WeightEdits(graph);
    byGroup.forEach(
        (index, clusters) ->
            map.groups().get(index).members().stream()
                .filter(member -> Kinship.MAKERS.contains(member.role()))
                .forEach(
                    member -> {
                      double[] values = edits.values(member.initializer());
                      int[] shape = graph.weight(member.initializer()).shape();
                      clusters.forEach(
                          cluster -> average(values, elements(member, shape, cluster)));
                    }));
    return edits.applied();
  }

  private static void average(double[] values, int[][] elements) {
    for (int i = 0; i < elements[0].length; i++) {
      double sum = 0;
      for (int[] unit : elements) {
        sum += values[unit[i]];
      }
      for (int[] unit : elements) {
        values[unit[i]] = sum / elements.length;
      }
    }
  }

  /**
   * {@code graph} with the weights that read channels which go added to those that read the one
   * that stays. Where the channels of each cluster are equal the network computes what it did.
   */
  Graph merged(Graph graph, ChannelMap map) {
    WeightEdits edits = new WeightEdits(graph);
    byGroup.forEach(
        (index, clusters) ->
            map.groups().get(index).members().stream()
                .filter(member -> member.role() == Role.INPUT)
                .forEach(
                    member -> {
                      double[] values = edits.values(member.initializer());
                      int[] shape = graph.weight(member.initializer()).shape();
                      clusters.forEach(cluster -> merge(values, elements(member, shape, cluster)));
                    }));
    return edits.applied();
  }

  private static void merge(double[] values, int[][] elements) {
    for (int unit = 1; unit < elements.length; unit++) {
      for (int i = 0; i < elements[0].length; i++) {
        values[elements[0][i]] += values[elements[unit][i]];
        values[elements[unit][i]] = 0;
      }
    }
  }

  /**
   * How far the filters of each unit that goes are from those of the unit that it joins, relative
   * to the mean filter of its group; group after group, cluster after cluster.
   */
  double[] distances(Graph graph, ChannelMap map) {
    List<Double> distances = new ArrayList<>();
    for (ChannelGroup group : map.groups()) {
      Collection<List<Integer>> clusters = byGroup.getOrDefault(group.index(), List.of());
      if (!clusters.isEmpty()) {
        double[][] rows = Kinship.filters(graph, group);
        double mean = Spread.meanNorm(rows);
        for (List<Integer> cluster : clusters) {
          for (int unit : cluster.subList(1, cluster.size())) {
            double distance = Spread.distance(rows[cluster.getFirst()], rows[unit]);
            distances.add(distance == 0 ? 0 : distance / mean);
          }
        }
      }
    }
    return distances.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The elements of a weight that belong to each unit of a cluster, in the same order each. */
  static int[][] elements(Member member, int[] shape, List<Integer> cluster) {
    return cluster.stream()
        .map(unit -> Positions.elements(member.space(), shape, member.positions(unit)))
        .toArray(int[][]::new);
  }
}
