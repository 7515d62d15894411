package io.espalier.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network as an immutable value. Values are named strings: an input, an initializer, or the
 * output of one node. Weights are {@link #initializers()}; an edit shares the arrays that it does
 * not touch. Make one with a {@link GraphBuilder}, which checks it and works out the types.
 *
 * @param name the graph's name
 * @param header what the file says about itself
 * @param inputs what the caller feeds, in order (initializers are never listed)
 * @param outputs what the caller gets, in order
 * @param nodes in topological order
 * @param initializers constant values by name, in file order
 * @param types type of every value for which one is known, initializers included
 */
public record Graph(
    String name,
    Header header,
    List<Port> inputs,
    List<Port> outputs,
    List<Node> nodes,
    Map<String, Tensor> initializers,
    Map<String, ValueType> types) {
  public Graph {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    nodes = List.copyOf(nodes);
    initializers = Collections.unmodifiableMap(new LinkedHashMap<>(initializers));
    types = Map.copyOf(types);
  }

  /** The initializer {@code value}, if it is one. */
  public Optional<Tensor> initializer(String value) {
    return Optional.ofNullable(initializers.get(value));
  }

  /**
   * The initializer {@code value}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Tensor weight(String value) {
    Tensor tensor = initializers.get(value);
    if (tensor == null) {
      throw new IllegalArgumentException("'" + value + "' is not an initializer of " + name);
    }
    return tensor;
  }

  /** The type of {@code value}, where one is known. */
  public Optional<ValueType> type(String value) {
    return Optional.ofNullable(types.get(value));
  }

  /** The shape of {@code value}, where one is known. */
  public Optional<Shape> shape(String value) {
    return type(value).map(ValueType::shape);
  }

  /** The node that makes each value. */
  public Map<String, Node> producers() {
    Map<String, Node> producers = new HashMap<>();
    for (Node node : nodes) {
      node.outputs().forEach(output -> producers.put(output, node));
    }
    return producers;
  }

  /** The nodes that read each value (through sub-graphs too), in order; a node may stand twice. */
  public Map<String, List<Node>> consumers() {
    Map<String, List<Node>> consumers = new HashMap<>();
    for (Node node : nodes) {
      for (String input : reads(node)) {
        consumers.computeIfAbsent(input, key -> new ArrayList<>()).add(node);
      }
    }
    return consumers;
  }

  /** Every value that {@code node} reads: its inputs, and what its sub-graphs capture. */
  public static List<String> reads(Node node) {
    List<String> reads = new ArrayList<>(node.inputs());
    if (node.op() instanceof Op.Opaque opaque) {
      reads.addAll(opaque.captures());
    }
    reads.removeIf(String::isEmpty);
    return reads;
  }

  /** The node called {@code nodeName}. */
  public Optional<Node> node(String nodeName) {
    return nodes.stream().filter(node -> node.name().equals(nodeName)).findFirst();
  }

  /** Number of elements in the initializers that hold real numbers. */
  public long parameters() {
    return initializers.values().stream()
        .filter(tensor -> tensor.type().isReal())
        .mapToLong(Tensor::elements)
        .sum();
  }

  /** This network with other values in some initializers; names, types and shapes must match. */
  public Graph withWeights(Map<String, Tensor> changed) {
    Map<String, Tensor> merged = new LinkedHashMap<>(initializers);
    changed.forEach(
        (key, tensor) -> {
          if (!weight(key).valueType().equals(tensor.valueType())) {
            throw new IllegalArgumentException(
                "weight '%s' is %s, but got %s".formatted(key, weight(key), tensor));
          }
          merged.put(key, tensor);
        });
    return new Graph(name, header, inputs, outputs, nodes, merged, types);
  }

  /** This network with another header. */
  public Graph withHeader(Header newHeader) {
    return new Graph(name, newHeader, inputs, outputs, nodes, initializers, types);
  }
}
