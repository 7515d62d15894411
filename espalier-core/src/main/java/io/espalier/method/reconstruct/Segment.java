package io.espalier.method.reconstruct;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Port;
import io.espalier.torch.NetOptions;
import io.espalier.torch.TorchNet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of a network between some of its layers and some of its values, ready to run: nothing in
 * front of these layers is computed again.
 *
 * @param net the part; its weights do not train
 * @param inputs the values that it starts from
 */
record Segment(TorchNet net, List<String> inputs) implements AutoCloseable {
  /**
   * What follows from {@code layers}, as far as {@code outputs} need it.
   *
   * @param layers names of nodes
   * @param outputs values that depend on them
   */
  static Segment of(Graph graph, Set<String> layers, List<String> outputs) {
    Set<String> behind = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (layers.contains(node.name()) || Graph.reads(node).stream().anyMatch(behind::contains)) {
        behind.addAll(node.outputs());
      }
    }
    Set<String> needed = new HashSet<>(outputs);
    Set<String> inputs = new LinkedHashSet<>();
    GraphBuilder builder = new GraphBuilder(graph.name()).header(graph.header());
    for (Node node : graph.nodes().reversed()) {
      if (node.outputs().stream().anyMatch(v -> behind.contains(v) && needed.contains(v))) {
        builder.add(node);
        needed.addAll(Graph.reads(node));
        Graph.reads(node).stream().filter(read -> !behind.contains(read)).forEach(inputs::add);
      }
    }
    inputs.removeAll(graph.initializers().keySet());
    graph.initializers().forEach(builder::initializer);
    inputs.forEach(value -> builder.input(port(graph, value)));
    outputs.stream().distinct().forEach(value -> builder.output(port(graph, value)));
    TorchNet net = TorchNet.of(builder.keepHints(graph).buildReachable(), NetOptions.defaults());
    net.parameters().values().forEach(weight -> weight.requiresGrad(false));
    return new Segment(net, List.copyOf(inputs));
  }

  private static Port port(Graph graph, String value) {
    return new Port(value, graph.type(value).orElseThrow());
  }

  @Override
  public void close() {
    net.close();
  }
}
