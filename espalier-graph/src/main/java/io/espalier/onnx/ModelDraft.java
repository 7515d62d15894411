package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.HashSet;
import java.util.Set;

/**
 * The graph of a file under construction: its nodes, and the constants that they need as inputs.
 */
final class ModelDraft {
  private final Graph graph;
  private final int opset;
  private final GraphProto.Builder proto;
  private final GraphBuilder valueNames;
  private final Set<String> nodeNames = new HashSet<>();

  ModelDraft(Graph graph, int opset, GraphProto.Builder proto) {
    this.graph = graph;
    this.opset = opset;
    this.proto = proto;
    this.valueNames = GraphBuilder.from(graph);
    graph.nodes().forEach(node -> nodeNames.add(node.name()));
  }

  Graph graph() {
    return graph;
  }

  int opset() {
    return opset;
  }

  /** Adds an initializer under a name like {@code name}; returns the name it got. */
  String constant(String name, Tensor tensor) {
    String fresh = valueNames.fresh(name);
    proto.addInitializer(TensorWriter.write(fresh, tensor));
    return fresh;
  }

  /** Adds a node that the network does not have; returns the name of its output. */
  String helper(String name, NodeProto.Builder node) {
    String output = valueNames.fresh(name);
    String nodeName = output;
    while (!nodeNames.add(nodeName)) {
      nodeName += "_";
    }
    proto.addNode(node.setName(nodeName).addOutput(output));
    return output;
  }

  void add(NodeProto.Builder node) {
    proto.addNode(node);
  }

  /** The element type of a node's first input, for constants that must have the same. */
  DataType elementType(Node node) {
    return graph.type(node.input(0)).map(ValueType::type).orElse(DataType.FLOAT);
  }
}
