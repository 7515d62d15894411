package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.GraphException;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.ShapeInference;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Works out before the network runs what exporters leave to run time. One pass in topological order
 * follows sizes, the unknown batch among them, through the shape arithmetic; turns opaque nodes
 * into modelled ones as soon as what they read is known; and replaces values that turn out constant
 * by initializers. The rest is not touched.
 */
public final class Simplifier {
  private final Graph graph;
  private final int opset;
  private final Knowledge knowledge;
  private final ShapeArithmetic arithmetic;
  private final Inlining inlining;
  private final Set<String> outputs;
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  private Simplifier(Graph graph) {
    this.graph = graph;
    this.knowledge = new Knowledge(graph.inputs());
    this.opset = Math.min(graph.header().opset(), Opsets.NEWEST);
    long elements = graph.initializers().values().stream().mapToLong(Tensor::elements).sum();
    this.arithmetic = new ShapeArithmetic(knowledge, new FoldBudget(elements));
    this.inlining = new Inlining(graph);
    this.outputs = graph.outputs().stream().map(Port::name).collect(Collectors.toSet());
  }

  /**
   * {@code graph} with its shape arithmetic worked out. Initializers of one axis end up with one
   * reader each.
   *
   * @throws GraphException if a node's inputs do not go together
   * @throws OnnxException if an opaque node's attributes contradict its operator
   */
  public static Graph simplify(Graph graph) {
    return Unsharing.apply(new Simplifier(graph).run());
  }

  private Graph run() {
    graph.initializers().forEach(knowledge::constant);
    graph.nodes().forEach(this::visit);
    GraphBuilder builder = new GraphBuilder(graph.name()).header(graph.header());
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    constants.forEach(builder::initializer);
    nodes.forEach(builder::add);
    knowledge.types().forEach(builder::hint);
    return builder.buildReachable();
  }

  private void visit(Node given) {
    Optional<Inlining.Branch> branch = branch(given);
    if (branch.isPresent()) {
      branch.get().constants().forEach(this::constant);
      branch.get().nodes().forEach(this::visit);
      return;
    }
    Node node = given.op() instanceof Op.Opaque opaque ? modelled(given, opaque) : given;
    knowledge.types().putAll(types(node));
    Optional<List<Known>> found = arithmetic.evaluate(node);
    found.ifPresent(values -> learn(node, values));
    boolean constant =
        found
            .filter(values -> values.stream().allMatch(Known.Numbers.class::isInstance))
            .isPresent();
    if (!constant || node.outputs().stream().anyMatch(outputs::contains)) {
      nodes.add(node);
    } else {
      learned(node).forEach(constants::put);
    }
  }

  private void constant(String name, Tensor tensor) {
    knowledge.constant(name, tensor);
    constants.put(name, tensor);
  }

  /** The branch of an If whose condition is known. */
  private Optional<Inlining.Branch> branch(Node node) {
    if (node.op() instanceof Op.Opaque opaque
        && opaque.domain().isEmpty()
        && opaque.type().equals("If")
        && knowledge.value(node.input(0)).orElse(null) instanceof Known.Numbers condition
        && condition.elements() == 1) {
      return inlining.branch(node, opaque, !condition.entry(0).is(0));
    }
    return Optional.empty();
  }

  private Map<String, ValueType> types(Node node) {
    Map<String, ValueType> hints = graph.types();
    Map<String, ValueType> types = ShapeInference.outputs(node, knowledge.types(), hints);
    if (node.op() instanceof Op.Opaque opaque && opaque.domain().isEmpty()) {
      OpaqueTypes.of(node, opaque.type(), knowledge)
          .ifPresent(type -> types.merge(node.output(), type, Simplifier::filled));
    }
    return types;
  }

  /** What follows, and where nothing follows what the file says. */
  private static ValueType filled(ValueType hint, ValueType known) {
    Shape shape = known.shape();
    if (hint.shape().rank() != shape.rank()) {
      return known;
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis).equals(Dim.unknown())) {
        shape = shape.with(axis, hint.shape().dim(axis));
      }
    }
    return new ValueType(known.type(), shape);
  }

  private void learn(Node node, List<Known> values) {
    for (int i = 0; i < Math.min(values.size(), node.outputs().size()); i++) {
      knowledge.learn(node.outputs().get(i), values.get(i));
    }
  }

  private Map<String, Tensor> learned(Node node) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String output : node.outputs()) {
      if (!output.isEmpty() && knowledge.value(output).get() instanceof Known.Numbers numbers) {
        tensors.put(output, numbers.tensor());
      }
    }
    return tensors;
  }

  /** The modelled form of an opaque node, or the node with the reason why there is none. */
  private Node modelled(Node node, Op.Opaque opaque) {
    if (!opaque.domain().isEmpty()) {
      return explained(
          node,
          opaque,
          "the operator %s of the domain %s is not modelled"
              .formatted(opaque.type(), opaque.domain()));
    }
    NodeProto proto = Payload.parse(opaque.payload());
    NodeView view = new NodeView(node, proto, opset, knowledge);
    try {
      Op op = OpTable.read(view);
      return new Node(node.name(), op, view.keptInputs(), view.keptOutputs());
    } catch (Unmodelled e) {
      return explained(node, opaque, e.getMessage());
    } catch (GraphException e) {
      throw e;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new OnnxException(
          "node '%s' (%s): %s".formatted(node.name(), opaque.type(), e.getMessage()), e);
    }
  }

  private static Node explained(Node node, Op.Opaque opaque, String reason) {
    return node.withOp(
        new Op.Opaque(opaque.domain(), opaque.type(), opaque.captures(), opaque.payload(), reason));
  }
}
