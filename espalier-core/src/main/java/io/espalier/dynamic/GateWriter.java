package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.zoo.RandomWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Adds the nodes of one gate about whole channels, all of them standard ONNX operators. */
final class GateWriter {
  private static final Op LINEAR = new Op.Gemm(1, 1, false, true);

  private final GraphBuilder builder;
  private final GateOptions options;
  private final GateDesign.Channels design;
  private final GateSite site;
  private final String prefix;
  private final DataType type;

  private GateWriter(
      GraphBuilder builder, GateOptions options, GateDesign.Channels design, GateSite site) {
    this.builder = builder;
    this.options = options;
    this.design = design;
    this.site = site;
    this.prefix = site.layer().name() + ".spm";
    this.type = site.weight().type();
  }

  /** {@code graph} with a gate at each of {@code sites}. */
  static DynamicNet insert(
      Graph graph, GateOptions options, GateDesign.Channels design, List<GateSite> sites) {
    GraphBuilder builder = GraphBuilder.from(graph);
    Map<String, String> bare = new HashMap<>();
    sites.forEach(site -> bare.put(site.value(), builder.fresh(site.value() + ".bare")));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(
          node.withOutputs(
              node.outputs().stream().map(value -> bare.getOrDefault(value, value)).toList()));
    }
    builder.replaceNodes(nodes);
    List<Gate> gates = new ArrayList<>();
    for (GateSite site : sites) {
      GateWriter writer = new GateWriter(builder, options, design, site);
      gates.add(writer.write(bare.get(site.value())));
    }
    return new DynamicNet(builder.build(), options.variant(), gates);
  }

  /** Gates {@code bare}; what comes out bears the name of the site's value. */
  private ChannelGate write(String bare) {
    Saliency saliency = saliency();
    GateRule rule = rule();
    String gate = RuleNodes.write(rule, site.channels(), saliency.value(), this);
    String factor = add("factor", new Op.Elementwise(Pointwise.MUL), gate, saliency.value());
    List<Integer> space = IntStream.range(2, site.weight().rank()).boxed().toList();
    String wide = add("wide", new Op.Unsqueeze(space), factor);
    Op scale = new Op.Elementwise(Pointwise.MUL);
    String name = builder.fresh(prefix + ".scale");
    builder.add(new Node(name, scale, List.of(bare, wide), List.of(site.value())));
    return new ChannelGate(
        site.layer().name(),
        site.layer().input(0),
        bare,
        site.value(),
        site.channels(),
        saliency,
        rule,
        gate,
        factor);
  }

  private GateRule rule() {
    return switch (design.choice()) {
      case POSITIVE -> new GateRule.Positive();
      case LARGEST -> new GateRule.Largest(options.kept(site.channels()));
      case WINNERS -> new GateRule.Winners(options.kept(site.channels()));
    };
  }

  /** One linear layer for {@code WINNERS}, two with ReLU between them for the others. */
  private Saliency saliency() {
    String squeezed = squeezed(design.source());
    if (design.choice() == GateDesign.Choice.WINNERS) {
      return saliency(squeezed, "", squeezed, site.inputChannels(), Saliency.Activation.RELU);
    }
    int inputs = site.inputChannels();
    int hidden = options.saliency().hidden(site.channels());
    String weight = weight("hidden.weight", Math.sqrt(2.0 / inputs), hidden, inputs);
    String means = options.isStandardised() ? standardised(squeezed, inputs) : squeezed;
    String product = add("hidden", LINEAR, means, weight);
    String read = add("relu", new Op.Elementwise(Pointwise.RELU), product);
    return saliency(squeezed, weight, read, hidden, options.saliency().activation());
  }

  /** The layer that gives the saliencies from {@code read}, a value {@code [N, inputs]}. */
  private Saliency saliency(
      String squeezed, String hidden, String read, int inputs, Saliency.Activation activation) {
    double deviation = options.saliency().spread() / Math.sqrt(inputs);
    int outputs = options.saliency().saliencies(site.channels());
    String weight = weight("weight", deviation, outputs, inputs);
    OptionalDouble start = options.saliency().bias();
    String bias = start.isPresent() ? constant("bias", start.getAsDouble(), outputs) : "";
    String value =
        bias.isEmpty()
            ? add("saliency", LINEAR, read, weight)
            : add("saliency", LINEAR, read, weight, bias);
    if (activation == Saliency.Activation.RELU) {
      value = add("positive", new Op.Elementwise(Pointwise.RELU), value);
    }
    if (outputs < site.channels()) {
      value = add("spread", new Op.Gather(1, blocks(outputs), false), value);
    }
    return new Saliency(design.source(), squeezed, hidden, "", weight, bias, activation, value);
  }

  private String standardised(String means, int channels) {
    return add(
        "standardised",
        Op.BatchNorm.USUAL,
        means,
        constant("standard.scale", 1, channels),
        constant("standard.shift", 0, channels),
        constant("standard.mean", 0, channels),
        constant("standard.variance", 1, channels));
  }

  /** For each channel the block that it belongs to. */
  private List<Integer> blocks(int count) {
    int block = site.channels() / count;
    return IntStream.range(0, site.channels()).map(c -> c / block).boxed().toList();
  }

  private String squeezed(Saliency.Source source) {
    String input = site.layer().input(0);
    return switch (source) {
      case MEAN -> mean(input);
      case ABSOLUTE_MEAN -> mean(add("absolute", new Op.Elementwise(Pointwise.ABS), input));
      case CONSTANT -> constant("constant", 1, 1, site.inputChannels());
    };
  }

  private String mean(String value) {
    return add("squeezed", new Op.Flatten(1), add("mean", new Op.GlobalPool(false), value));
  }

  private String weight(String name, double deviation, int... shape) {
    String full = builder.fresh(prefix + "." + name);
    Tensor random = new RandomWeights(options.seed()).normal(full, deviation, shape);
    return builder.initializer(full, Tensor.of(type, shape, random.toDoubles()));
  }

  /** Adds an initializer that holds {@code value} everywhere; returns its name. */
  String constant(String name, double value, int... shape) {
    double[] values = new double[(int) Tensor.elements(shape)];
    Arrays.fill(values, value);
    return builder.initializer(builder.fresh(prefix + "." + name), Tensor.of(type, shape, values));
  }

  /** Adds a node of one output; returns the output's name. */
  String add(String name, Op op, String... inputs) {
    return builder.add(builder.fresh(prefix + "." + name), op, inputs);
  }

  /** Adds a node that gives elements and their indices; returns their names. */
  List<String> ranking(String name, Op.TopK op, String input) {
    String values = builder.fresh(prefix + "." + name);
    List<String> outputs = List.of(values, builder.fresh(prefix + "." + name + ".indices"));
    builder.add(new Node(values, op, List.of(input), outputs));
    return outputs;
  }

  /** The type in which the layer computes. */
  DataType type() {
    return type;
  }
}
