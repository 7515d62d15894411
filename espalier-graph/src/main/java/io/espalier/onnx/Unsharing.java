package io.espalier.onnx;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Gives every reader of a vector its own: exporters store equal vectors once (two normalisations
 * that start alike), which is no statement that the layers belong together. A shared weight of two
 * or more axes is one, and stays shared.
 */
final class Unsharing {
  private final Graph graph;
  private final GraphBuilder names;
  private final Set<String> taken = new HashSet<>();

  private Unsharing(Graph graph) {
    this.graph = graph;
    this.names = GraphBuilder.from(graph);
  }

  /** {@code graph} with one reader for each initializer of one axis; the arrays stay shared. */
  static Graph apply(Graph graph) {
    return new Unsharing(graph).run();
  }

  private Graph run() {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Opaque opaque) {
        taken.addAll(opaque.captures());
      }
    }
    graph.outputs().forEach(port -> taken.add(port.name()));
    List<Node> nodes = graph.nodes().stream().map(this::own).toList();
    return nodes.equals(graph.nodes()) ? graph : names.replaceNodes(nodes).build();
  }

  private Node own(Node node) {
    List<String> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      Tensor tensor = graph.initializers().get(input);
      boolean shared = tensor != null && isVector(tensor) && !taken.add(input);
      inputs.add(shared ? names.initializer(names.fresh(input), tensor) : input);
    }
    return node.withInputs(inputs);
  }

  private static boolean isVector(Tensor tensor) {
    return tensor.rank() == 1 && tensor.elements() > 1;
  }
}
