package io.espalier.surgery;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import java.util.Set;
import java.util.TreeSet;

/** The channel groups that residual adds join: what several layers write into one sum. */
public final class Streams {
  private Streams() {}

  /** The indices of those groups. */
  public static Set<Integer> of(Graph graph, ChannelMap map) {
    Set<Integer> streams = new TreeSet<>();
    for (Node node : graph.nodes()) {
      if (joins(graph, node)) {
        map.carriage(node.output()).ifPresent(carried -> streams.addAll(carried.groups()));
      }
    }
    streams.removeIf(group -> map.groups().get(group).producers().size() < 2);
    return streams;
  }

  private static boolean joins(Graph graph, Node node) {
    boolean sum =
        node.op() instanceof Op.Elementwise e
            && (e.kind() == Pointwise.ADD || e.kind() == Pointwise.SUM);
    return sum
        && node.inputs().stream().filter(x -> !graph.initializers().containsKey(x)).count() > 1;
  }
}
