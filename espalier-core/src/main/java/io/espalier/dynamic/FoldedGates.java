package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network whose gates, the same for every sample, are part of the weights before them. */
final class FoldedGates {
  private final Map<String, ChannelGate> byBare = new HashMap<>();
  private final Map<String, ChannelGate> byOutput = new HashMap<>();
  private final Map<ChannelGate, float[]> factors;
  private final GraphBuilder builder;
  private final Graph graph;

  private FoldedGates(DynamicNet net, Map<ChannelGate, float[]> factors) {
    this.factors = factors;
    this.graph = net.graph();
    this.builder = new GraphBuilder(graph.name()).header(withoutDescription(graph.header()));
    for (ChannelGate gate : net.channelGates()) {
      byBare.put(gate.bare(), gate);
      byOutput.put(gate.output(), gate);
    }
  }

  static Graph of(DynamicNet net, Map<ChannelGate, float[]> factors) {
    return new FoldedGates(net, factors).build();
  }

  private Graph build() {
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    for (Node node : graph.nodes()) {
      if (byBare.containsKey(node.output())) {
        ChannelGate gate = byBare.get(node.output());
        builder.add(scaled(node, factors.get(gate)).withOutputs(List.of(gate.output())));
      } else if (!byOutput.containsKey(node.output())) {
        builder.add(node);
      }
    }
    return builder.keepHints(graph).buildReachable();
  }

  /** A normalisation with other scales and shifts, or a convolution with other rows. */
  private Node scaled(Node node, float[] factor) {
    List<String> inputs = new ArrayList<>(node.inputs());
    boolean isNorm = node.op() instanceof Op.BatchNorm;
    int last = isNorm ? 2 : Math.min(2, inputs.size() - 1);
    for (int i = 1; i <= last; i++) {
      inputs.set(i, scaled(inputs.get(i), factor));
    }
    return node.withInputs(inputs);
  }

  private String scaled(String name, float[] factor) {
    Tensor weight = graph.weight(name);
    double[] values = weight.toDoubles();
    int each = values.length / factor.length;
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor[i / each];
    }
    boolean shared = graph.consumers().get(name).size() > 1;
    return builder.initializer(shared ? builder.fresh(name) : name, weight.withValues(values));
  }

  private static Header withoutDescription(Header header) {
    Map<String, String> metadata = new LinkedHashMap<>(header.metadata());
    metadata.remove(GateDescription.KEY);
    return new Header(
        header.irVersion(),
        header.opsets(),
        header.producer(),
        header.producerVersion(),
        header.documentation(),
        metadata);
  }
}
