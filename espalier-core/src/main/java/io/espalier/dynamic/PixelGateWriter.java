package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Divides one convolution and adds the nodes of its gate, all of them standard ONNX operators. */
final class PixelGateWriter {
  private final GraphBuilder builder;
  private final GateSite site;
  private final String prefix;
  private final int base;

  private PixelGateWriter(GraphBuilder builder, GateOptions options, GateSite site) {
    this.builder = builder;
    this.site = site;
    this.prefix = site.layer().name() + ".cg";
    this.base = options.baseInputs(site.inputChannels());
  }

  /** {@code graph} with the convolutions of {@code sites} divided and gated. */
  static DynamicNet insert(Graph graph, GateOptions options, List<GateSite> sites) {
    GraphBuilder builder = GraphBuilder.from(graph);
    Set<String> divided =
        sites.stream().map(site -> site.layer().name()).collect(Collectors.toSet());
    builder.replaceNodes(
        graph.nodes().stream().filter(node -> !divided.contains(node.name())).toList());
    List<Gate> gates = new ArrayList<>();
    for (GateSite site : sites) {
      gates.add(new PixelGateWriter(builder, options, site).write());
    }
    // The undivided weights have no reader any more.
    return new DynamicNet(builder.buildReachable(), options.variant(), gates);
  }

  private PixelGate write() {
    Node layer = site.layer();
    List<String> parts = parts(layer.input(0));
    String first = add("base", layer.op(), inputs(parts.getFirst(), 0, base, layer.hasInput(2)));
    String others = builder.fresh(prefix + ".conditional");
    List<String> read = inputs(parts.getLast(), base, site.inputChannels(), false);
    builder.add(new Node(layer.name(), layer.op(), read, List.of(others)));
    String scale = filled("scale", 1);
    String shift = filled("shift", 0);
    String score = score(first, scale, shift);
    String gate = gate(score);
    sum(first, add("passed", new Op.Elementwise(Pointwise.MUL), List.of(gate, others)));
    return new PixelGate(
        layer.name(),
        first,
        layer.input(0),
        layer.output(),
        site.channels(),
        score,
        scale,
        shift,
        gate);
  }

  /** The input channels of the base path, and the others. */
  private List<String> parts(String input) {
    List<String> parts =
        List.of(builder.fresh(prefix + ".first"), builder.fresh(prefix + ".others"));
    Op split = new Op.Split(1, List.of(base, site.inputChannels() - base));
    builder.add(new Node(parts.getFirst(), split, List.of(input), parts));
    return parts;
  }

  private String score(String first, String scale, String shift) {
    List<String> inputs = List.of(first, scale, shift, filled("mean", 0), filled("variance", 1));
    return add("score", Op.BatchNorm.USUAL, inputs);
  }

  /** Takes the place of the original's output. */
  private void sum(String first, String passed) {
    Op add = new Op.Elementwise(Pointwise.ADD);
    String name = builder.fresh(prefix + ".sum");
    builder.add(new Node(name, add, List.of(first, passed), List.of(site.layer().output())));
  }

  private String gate(String score) {
    Tensor zero = Tensor.of(site.weight().type(), new int[0], new double[1]);
    String threshold = builder.initializer(builder.fresh(prefix + ".zero"), zero);
    Op greater = new Op.Elementwise(Pointwise.GREATER);
    String above = add("above", greater, List.of(score, threshold));
    return add("gate", new Op.Cast(site.weight().type()), List.of(above));
  }

  /** What the convolution of the inputs {@code from} to {@code to} reads. */
  private List<String> inputs(String part, int from, int to, boolean withBias) {
    Tensor columns = site.weight().select(1, IntStream.range(from, to).toArray());
    String name = builder.fresh(site.layer().input(1) + (from == 0 ? ".first" : ".others"));
    List<String> inputs = new ArrayList<>(List.of(part, builder.initializer(name, columns)));
    if (withBias) {
      inputs.add(site.layer().input(2));
    }
    return inputs;
  }

  private String filled(String name, double value) {
    double[] values = new double[site.channels()];
    Arrays.fill(values, value);
    Tensor tensor = Tensor.of(site.weight().type(), new int[] {site.channels()}, values);
    return builder.initializer(builder.fresh(prefix + "." + name), tensor);
  }

  private String add(String name, Op op, List<String> inputs) {
    return builder.add(builder.fresh(prefix + "." + name), op, inputs.toArray(String[]::new));
  }
}
