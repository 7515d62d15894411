package io.espalier.surgery;

import io.espalier.channel.ChannelMap;
import io.espalier.channel.Positions;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The entries of a plan that change how nodes are wired: branches that go, gathers in front of
 * consumers, zeros put back behind a branch. What is left after it is a matter of removing units.
 */
final class Restructure {
  private final Graph graph;
  private final GraphBuilder builder;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<Node> added = new ArrayList<>();

  private Restructure(Graph graph) {
    this.graph = graph;
    this.builder = new GraphBuilder(graph.name()).header(graph.header());
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(node -> nodes.put(node.name(), node));
    graph.nodes().forEach(builder::reserve);
  }

  static Graph apply(Graph graph, PlanParts parts) {
    if (parts.branches().isEmpty() && parts.scatters().isEmpty() && parts.selections().isEmpty()) {
      return graph;
    }
    Restructure work = new Restructure(graph);
    parts.branches().forEach(work::removeBranch);
    parts.scatters().forEach(work::scatter);
    if (!parts.selections().isEmpty()) {
      ChannelMap map = ChannelMap.of(graph);
      parts.selections().forEach(selection -> work.select(selection, map));
    }
    work.nodes.values().forEach(work.builder::add);
    work.added.forEach(work.builder::add);
    work.builder.keepHints(graph);
    return work.builder.buildReachable();
  }

  private Node node(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      throw new PlanException("the network has no node '" + name + "'");
    }
    return node;
  }

  /** An add of what is left; of one operand, that operand. */
  private void removeBranch(PlanEntry.Branch branch) {
    Node add = node(branch.node());
    objection(graph, add, branch.input())
        .ifPresent(
            reason -> {
              throw new PlanException(reason);
            });
    List<String> rest = new ArrayList<>(add.inputs());
    if (!branch.constants().isEmpty()) {
      rest.set(branch.input(), constant(branch, add.input(branch.input())));
      nodes.put(add.name(), add.withInputs(rest));
      return;
    }
    rest.remove(branch.input());
    Op op = rest.size() == 1 ? new Op.Elementwise(Pointwise.IDENTITY) : add.op();
    nodes.put(add.name(), new Node(add.name(), op, rest, add.outputs()));
  }

  /** Why input {@code input} of {@code add} is no branch that can go; empty if it is one. */
  static Optional<String> objection(Graph graph, Node add, int input) {
    boolean sum =
        add.op() instanceof Op.Elementwise e
            && (e.kind() == Pointwise.ADD || e.kind() == Pointwise.SUM);
    if (!sum || input < 0 || input >= add.inputs().size() || add.inputs().size() < 2) {
      return Optional.of("node '%s' is no add with a branch %d".formatted(add.name(), input));
    }
    boolean whole =
        IntStream.range(0, add.inputs().size())
            .filter(i -> i != input)
            .anyMatch(i -> graph.shape(add.input(i)).equals(graph.shape(add.output())));
    return whole
        ? Optional.empty()
        : Optional.of(
            "node '%s': what is left without branch %d is not of the add's shape"
                .formatted(add.name(), input));
  }

  /** What {@code branch}, which ends in {@code value}, still adds: one number a channel. */
  private String constant(PlanEntry.Branch branch, String value) {
    requireChannels(value, 1, branch.constants().size());
    int[] shape = new int[graph.shape(value).orElseThrow().rank()];
    Arrays.fill(shape, 1);
    shape[1] = branch.constants().size();
    DataType type = graph.type(value).orElseThrow().type();
    double[] numbers = branch.constants().stream().mapToDouble(x -> x).toArray();
    return builder.initializer(builder.fresh(value + "/emitted"), Tensor.of(type, shape, numbers));
  }

  /** The branch computes the kept channels; a zero channel stands in for each of the others. */
  private void scatter(PlanEntry.Scatter scatter) {
    Node producer =
        nodes.values().stream()
            .filter(node -> node.outputs().contains(scatter.value()))
            .findFirst()
            .orElseThrow(
                () -> new PlanException("the network computes no value '" + scatter.value() + "'"));
    requireChannels(scatter.value(), scatter.axis(), scatter.channels());
    requirePositions(scatter.value(), scatter.removed(), scatter.channels());
    BitSet gone = new BitSet();
    scatter.removed().forEach(gone::set);
    int[] kept = IntStream.range(0, scatter.channels()).filter(i -> !gone.get(i)).toArray();
    String narrow = builder.fresh(scatter.value() + "/narrow");
    nodes.put(
        producer.name(),
        producer.withOutputs(
            producer.outputs().stream().map(o -> o.equals(scatter.value()) ? narrow : o).toList()));
    String picked = gather(narrow, scatter.axis(), kept);
    int rank = graph.shape(scatter.value()).orElseThrow().rank();
    List<Integer> pads = new ArrayList<>(Collections.nCopies(2 * rank, 0));
    pads.set(rank + scatter.axis(), gone.cardinality());
    String padded = builder.fresh(scatter.value() + "/padded");
    added.add(new Node(padded, new Op.Pad("constant", pads, 0), List.of(picked), List.of(padded)));
    List<Integer> back = new ArrayList<>();
    int nextKept = 0;
    int nextZero = kept.length;
    for (int i = 0; i < scatter.channels(); i++) {
      back.add(gone.get(i) ? nextZero++ : nextKept++);
    }
    Op.Gather spread = new Op.Gather(scatter.axis(), back, false);
    String name = builder.fresh(scatter.value() + "/scattered");
    added.add(new Node(name, spread, List.of(padded), List.of(scatter.value())));
  }

  private void requireChannels(String value, int axis, int channels) {
    boolean fits =
        graph
            .shape(value)
            .filter(shape -> axis >= 0 && axis < shape.rank() && shape.size(axis) == channels)
            .isPresent();
    if (!fits) {
      throw new PlanException(
          "value '%s' has no axis %d of %d channels".formatted(value, axis, channels));
    }
  }

  private static void requirePositions(String value, List<Integer> positions, int channels) {
    for (int position : positions) {
      if (position < 0 || position >= channels) {
        throw new PlanException(
            "value '%s' has %d channels, but the plan names channel %d"
                .formatted(value, channels, position));
      }
    }
  }

  private String gather(String value, int axis, int[] indices) {
    String name = builder.fresh(value + "/selected");
    Op op = new Op.Gather(axis, IntStream.of(indices).boxed().toList(), false);
    added.add(new Node(name, op, List.of(value), List.of(name)));
    return name;
  }

  /** The consumer reads some of the channels, through a gather of its own. */
  private void select(PlanEntry.Selection selection, ChannelMap map) {
    Node consumer = node(selection.node());
    ChannelMap.InputColumns columns =
        map.inputColumns(selection.node())
            .orElseThrow(
                () ->
                    new PlanException(
                        "node '%s' has no weight whose inputs can be selected"
                            .formatted(selection.node())));
    if (columns.channels() != selection.channels()) {
      throw new PlanException(
          "node '%s' reads %d channels, but the plan says %d"
              .formatted(selection.node(), columns.channels(), selection.channels()));
    }
    if (selection.input() < 0 || selection.input() >= consumer.inputs().size()) {
      throw new PlanException(
          "node '%s' has no input %d".formatted(selection.node(), selection.input()));
    }
    requireChannels(consumer.input(selection.input()), selection.axis(), selection.channels());
    requirePositions(consumer.input(selection.input()), selection.keep(), selection.channels());
    int[] keep = selection.keep().stream().mapToInt(i -> i).toArray();
    List<String> inputs = new ArrayList<>(consumer.inputs());
    inputs.set(selection.input(), gather(inputs.get(selection.input()), selection.axis(), keep));
    Tensor weight = graph.weight(columns.initializer());
    int axis = Positions.soleAxis(columns.space());
    String narrow = builder.fresh(columns.initializer() + "/selected");
    builder.initializer(narrow, weight.select(axis, keep));
    inputs.replaceAll(input -> input.equals(columns.initializer()) ? narrow : input);
    nodes.put(consumer.name(), consumer.withInputs(inputs));
  }
}
