package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What a channel costs in memory: the weights that make it, the weights that read it and its
 * pixels, over the pixels of an input image.
 */
final class MemoryCost {
  private MemoryCost() {}

  /** For each scale of a normalisation the costs of its channels; 0 where none can go. */
  static Map<String, double[]> of(Graph graph, ChannelMap map) {
    long image = pixels(graph.inputs().getFirst().type().shape());
    Map<String, double[]> costs = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      long[] weights = weights(graph, group);
      for (Member member : group.members()) {
        if (member.role() == Role.SCALE) {
          String made = graph.node(member.node()).orElseThrow().output();
          long own = pixels(graph.shape(made).orElseThrow());
          double[] row =
              costs.computeIfAbsent(
                  member.initializer(), name -> new double[graph.weight(name).elements()]);
          for (int unit = 0; unit < group.units(); unit++) {
            for (int position : member.positions(unit)) {
              row[position] = (double) (weights[unit] + own) / image;
            }
          }
        }
      }
    }
    return costs;
  }

  /** Number of weights that make or read each unit. */
  private static long[] weights(Graph graph, ChannelGroup group) {
    long[] counts = new long[group.units()];
    for (Member member : group.members()) {
      if (member.role() == Role.OUTPUT || member.role() == Role.INPUT) {
        double[][] rows = member.matrix(graph.weight(member.initializer()));
        Arrays.setAll(counts, unit -> counts[unit] + rows[unit].length);
      }
    }
    return counts;
  }

  private static long pixels(Shape shape) {
    long pixels = 1;
    for (int axis = 2; axis < shape.rank(); axis++) {
      pixels *= shape.dim(axis).isFixed() ? shape.size(axis) : 1;
    }
    return pixels;
  }
}
