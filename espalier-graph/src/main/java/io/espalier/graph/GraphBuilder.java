package io.espalier.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects the parts of a network; {@link #build()} orders, checks and types them. */
public final class GraphBuilder {
  private String name;
  private Header header;
  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final Map<String, ValueType> hints = new HashMap<>();
  private final Set<String> taken = new HashSet<>();

  /** The last number behind each name that {@link #fresh} was asked for. */
  private final Map<String, Integer> numbers = new HashMap<>();

  public GraphBuilder(String name) {
    this.name = name;
    this.header = Header.created();
  }

  /** A builder that starts from {@code graph}. */
  public static GraphBuilder from(Graph graph) {
    GraphBuilder builder = new GraphBuilder(graph.name()).header(graph.header());
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(builder::add);
    return builder.keepHints(graph);
  }

  /** Gives the inputs other types; names and order must stay. */
  public GraphBuilder replaceInputs(List<Port> ports) {
    List<String> names = inputs.stream().map(Port::name).toList();
    if (!ports.stream().map(Port::name).toList().equals(names)) {
      throw new IllegalArgumentException("inputs are %s, but got %s".formatted(names, ports));
    }
    inputs.clear();
    inputs.addAll(ports);
    return this;
  }

  /**
   * Takes over from {@code graph} the types that inference cannot find again: those of the outputs
   * of opaque nodes, and of what follows from them.
   */
  public GraphBuilder keepHints(Graph graph) {
    graph.nodes().forEach(node -> keepHints(graph, node));
    return this;
  }

  /** Puts other nodes in the place of all that were added. */
  public GraphBuilder replaceNodes(List<Node> others) {
    nodes.clear();
    others.forEach(this::add);
    return this;
  }

  private void keepHints(Graph graph, Node node) {
    boolean untyped = Graph.reads(node).stream().anyMatch(read -> graph.type(read).isEmpty());
    if (node.op() instanceof Op.Opaque || untyped) {
      node.outputs().forEach(output -> graph.type(output).ifPresent(type -> hint(output, type)));
    }
  }

  public GraphBuilder header(Header newHeader) {
    header = newHeader;
    return this;
  }

  public GraphBuilder input(Port port) {
    inputs.add(port);
    taken.add(port.name());
    return this;
  }

  /** Adds an input; returns its name. */
  public String input(String value, ValueType type) {
    input(new Port(value, type));
    return value;
  }

  public GraphBuilder output(Port port) {
    outputs.add(port);
    return this;
  }

  /** Adds or replaces an initializer; returns its name. */
  public String initializer(String value, Tensor tensor) {
    initializers.put(value, tensor);
    taken.add(value);
    return value;
  }

  /** Says the type of a value that inference may not find (the output of an opaque node). */
  public GraphBuilder hint(String value, ValueType type) {
    hints.put(value, type);
    return this;
  }

  public GraphBuilder add(Node node) {
    nodes.add(node);
    return reserve(node);
  }

  /** Keeps {@link #fresh} from handing out the names of {@code node}, which comes later. */
  public GraphBuilder reserve(Node node) {
    taken.add(node.name());
    taken.addAll(node.outputs());
    return this;
  }

  /** Adds a node of one output that bears the node's name; returns that name. */
  public String add(String nodeName, Op op, String... inputNames) {
    add(new Node(nodeName, op, Arrays.asList(inputNames), List.of(nodeName)));
    return nodeName;
  }

  /** A value or node name that is not in use: {@code base}, or {@code base} with a number. */
  public String fresh(String base) {
    int i = numbers.getOrDefault(base, 0);
    String candidate = i == 0 ? base : base + "_" + i;
    while (!taken.add(candidate)) {
      i++;
      candidate = base + "_" + i;
    }
    numbers.put(base, i);
    return candidate;
  }

  /**
   * The network, in topological order, with the types that follow.
   *
   * @throws GraphException if it is not well formed: a value that nobody makes or that two make, a
   *     cycle, a duplicate node name, a weight of the wrong shape
   */
  public Graph build() {
    List<Node> ordered = GraphCheck.order(inputs, outputs, nodes, initializers.keySet());
    Map<String, ValueType> types = ShapeInference.infer(inputs, ordered, initializers, hints);
    return new Graph(name, header, inputs, outputs, ordered, initializers, types);
  }

  /** As {@link #build()}, without the nodes and initializers that no output needs. */
  public Graph buildReachable() {
    List<Node> ordered = GraphCheck.order(inputs, outputs, nodes, initializers.keySet());
    Set<String> needed = new HashSet<>();
    outputs.forEach(port -> needed.add(port.name()));
    List<Node> kept = new ArrayList<>();
    for (Node node : ordered.reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        kept.add(node);
        needed.addAll(Graph.reads(node));
      }
    }
    nodes.clear();
    nodes.addAll(kept.reversed());
    initializers.keySet().retainAll(needed);
    return build();
  }
}
