package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes the scales and shifts of a group's normalisations smaller and the weights that read the
 * group larger by the same factor. Between them stands nothing but ReLU, pooling and the like in
 * most networks: then the network computes what it did.
 */
final class Rescaling {
  /** A power of two changes no mantissa, and a large one shows every bend but that at zero. */
  private static final double TRIAL = 1024;

  private static final double TOLERANCE = 1e-9;

  private Rescaling() {}

  /** {@code graph} with the scales and shifts of {@code groups} times {@code alpha}. */
  static Graph of(Graph graph, ChannelMap map, Set<Integer> groups, double alpha) {
    WeightEdits edits = new WeightEdits(graph);
    for (int index : groups) {
      for (Member member : map.groups().get(index).members()) {
        double factor = factor(member.role(), alpha);
        if (factor != 1) {
          Tensor weight = graph.weight(member.initializer());
          double[] values = edits.values(member.initializer());
          multiply(values, weight.shape(), member, map.groups().get(index).units(), factor);
        }
      }
    }
    return edits.applied();
  }

  private static double factor(Role role, double alpha) {
    return switch (role) {
      case SCALE, SHIFT -> alpha;
      case INPUT -> 1 / alpha;
      case OUTPUT, BIAS, MEAN, VARIANCE, OTHER -> 1;
    };
  }

  private static void multiply(
      double[] values, int[] shape, Member member, int units, double factor) {
    int[] positions =
        IntStream.range(0, units).flatMap(u -> IntStream.of(member.positions(u))).toArray();
    for (int element : Positions.elements(member.space(), shape, positions)) {
      values[element] *= factor;
    }
  }

  /** The groups of {@code candidates} for which that leaves the outputs as they are. */
  static Set<Integer> neutral(Graph graph, ChannelMap map, Set<Integer> candidates, Probe probe) {
    double[] before = probe.outputs(graph);
    if (same(before, probe.outputs(of(graph, map, candidates, TRIAL)))) {
      return candidates;
    }
    return candidates.stream()
        .filter(group -> same(before, probe.outputs(of(graph, map, Set.of(group), TRIAL))))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The groups of {@code map} with a normalisation. */
  static Set<Integer> normalised(ChannelMap map) {
    return map.groups().stream()
        .filter(group -> group.members().stream().anyMatch(m -> m.role() == Role.SCALE))
        .map(ChannelGroup::index)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean same(double[] a, double[] b) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    }
    return difference <= TOLERANCE * largest;
  }
}
