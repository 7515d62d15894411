package io.espalier.method.gate;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Reader;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Gives every place where channels are read a value of its own, by an identity in front of it. A
 * soft gate on a residual stream then weighs what a layer reads, once, and the stream goes on
 * without it; on the stream's own values it would pile up from block to block.
 */
final class ReadPoints {
  private ReadPoints() {}

  /** {@code graph} with the identities; its units are those of {@code map}, {@code graph}'s own. */
  static Graph of(Graph graph, ChannelMap map) {
    Map<String, TreeSet<Integer>> reads = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      for (Reader reader : group.readers()) {
        reads.computeIfAbsent(reader.node(), key -> new TreeSet<>()).add(reader.input());
      }
    }
    return of(graph, reads);
  }

  /**
   * {@code graph} with an identity in front of some inputs of nodes.
   *
   * @param reads positions of inputs by node
   */
  static Graph of(Graph graph, Map<String, TreeSet<Integer>> reads) {
    GraphBuilder builder = GraphBuilder.from(graph);
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<String> inputs = new ArrayList<>(node.inputs());
      for (int input : reads.getOrDefault(node.name(), new TreeSet<>())) {
        String name = builder.fresh(node.name() + "/read");
        Op identity = new Op.Elementwise(Pointwise.IDENTITY);
        nodes.add(new Node(name, identity, List.of(inputs.get(input)), List.of(name)));
        inputs.set(input, name);
      }
      nodes.add(node.withInputs(inputs));
    }
    return builder.replaceNodes(nodes).build();
  }
}
