package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts the branch that an If is known to take in its place. */
final class Inlining {
  /** What stands in the place of the If. */
  record Branch(Map<String, Tensor> constants, List<Node> nodes) {}

  private final GraphBuilder valueNames;
  private final Set<String> nodeNames = new HashSet<>();
  private final TensorReader tensors = new TensorReader(ExternalData.none());

  Inlining(Graph graph) {
    valueNames = GraphBuilder.from(graph);
    graph.nodes().forEach(node -> nodeNames.add(node.name()));
  }

  /**
   * The branch of {@code node}, or nothing if it cannot leave the node: a sub-graph of its own
   * reads its values by name.
   */
  Optional<Branch> branch(Node node, Op.Opaque opaque, boolean condition) {
    String name = condition ? "then_branch" : "else_branch";
    return Payload.parse(opaque.payload()).getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .findFirst()
        .map(AttributeProto::getG)
        .filter(graph -> canLeave(graph, node))
        .map(graph -> inlined(graph, node));
  }

  private static boolean canLeave(GraphProto graph, Node node) {
    Set<String> own = new HashSet<>();
    graph.getNodeList().forEach(inner -> own.addAll(inner.getOutputList()));
    graph.getInitializerList().forEach(tensor -> own.add(tensor.getName()));
    boolean read =
        graph.getNodeList().stream()
            .anyMatch(inner -> !Collections.disjoint(own, Payload.captures(inner)));
    boolean plain =
        graph.getInitializerList().stream().allMatch(Inlining::isModelled)
            && graph.getSparseInitializerCount() == 0;
    return plain && !read && graph.getOutputCount() == node.outputs().size();
  }

  private static boolean isModelled(TensorProto tensor) {
    return new TensorReader(ExternalData.none()).read(tensor).isPresent();
  }

  private Branch inlined(GraphProto graph, Node node) {
    Map<String, String> names = new HashMap<>(Map.of("", ""));
    List<Node> ends = new ArrayList<>();
    Set<String> made = new HashSet<>();
    graph.getNodeList().forEach(inner -> made.addAll(inner.getOutputList()));
    for (int i = 0; i < node.outputs().size(); i++) {
      String output = graph.getOutput(i).getName();
      String outer = node.outputs().get(i);
      if (!made.contains(output) || names.putIfAbsent(output, outer) != null) {
        ends.add(identity(node, output, outer));
      }
    }
    Map<String, Tensor> constants = new LinkedHashMap<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      String inner = names.computeIfAbsent(tensor.getName(), valueNames::fresh);
      constants.put(inner, tensors.read(tensor).orElseThrow());
    }
    made.forEach(value -> names.computeIfAbsent(value, valueNames::fresh));
    List<Node> nodes = new ArrayList<>();
    for (NodeProto inner : graph.getNodeList()) {
      Optional<Tensor> constant = new ConstantReader(tensors).read(inner);
      constant.ifPresent(tensor -> constants.put(names.get(inner.getOutput(0)), tensor));
      if (constant.isEmpty()) {
        nodes.add(renamed(inner, node, names));
      }
    }
    ends.forEach(end -> nodes.add(end.withInputs(renamed(end.inputs(), names))));
    return new Branch(constants, nodes);
  }

  private Node identity(Node node, String from, String to) {
    String name = freshNode(node.name() + "_" + to);
    return new Node(name, new Op.Elementwise(Pointwise.IDENTITY), List.of(from), List.of(to));
  }

  private Node renamed(NodeProto inner, Node node, Map<String, String> names) {
    String own =
        inner.getName().isEmpty() ? node.name() + "_" + inner.getOpType() : inner.getName();
    Op op =
        new Op.Opaque(
            OnnxReader.domain(inner.getDomain()),
            inner.getOpType(),
            Payload.captures(inner),
            Payload.of(inner),
            "");
    return new Node(
        freshNode(own),
        op,
        renamed(inner.getInputList(), names),
        renamed(inner.getOutputList(), names));
  }

  private static List<String> renamed(List<String> values, Map<String, String> names) {
    return values.stream().map(value -> names.getOrDefault(value, value)).toList();
  }

  private String freshNode(String name) {
    String candidate = name;
    for (int i = 1; !nodeNames.add(candidate); i++) {
      candidate = name + "_" + i;
    }
    return candidate;
  }
}
