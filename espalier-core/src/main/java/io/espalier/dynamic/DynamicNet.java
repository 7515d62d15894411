package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network whose layers choose their channels for each sample: a graph in masked form, which
 * computes every channel and multiplies the unused ones by 0, and the description of its gates. The
 * graph holds standard ONNX operators only and carries the description in its metadata, so that a
 * written file gives the same numbers everywhere and {@link #of} finds the gates again.
 *
 * @param graph the masked network
 * @param variant the method that made the gates
 * @param gates in network order, one or more
 */
public record DynamicNet(Graph graph, Variant variant, List<Gate> gates) {
  public DynamicNet {
    gates = List.copyOf(gates);
    if (gates.isEmpty()) {
      throw new DynamicException("network '%s' has no gates".formatted(graph.name()));
    }
    GateCheck.check(graph, gates);
    Header header = graph.header();
    String description = GateDescription.write(variant, gates);
    if (!description.equals(header.metadata().get(GateDescription.KEY))) {
      graph = graph.withHeader(header.withMetadata(GateDescription.KEY, description));
    }
  }

  /**
   * {@code graph} with a gate behind each layer that {@code options} ask for. Nothing else changes:
   * names of values stay, and with ones for all saliencies it is the original, bit for bit.
   *
   * @throws DynamicException if there is no such layer, or {@code graph} is gated already
   */
  public static DynamicNet insert(Graph graph, GateOptions options) {
    if (isDynamic(graph)) {
      throw new DynamicException("network '%s' has gates already".formatted(graph.name()));
    }
    List<GateSite> sites = GateSite.of(graph, options.layers());
    if (sites.isEmpty()) {
      throw new DynamicException(
          "network '%s' has no layer to gate: gates stand behind a convolution with a batch normalisation of its own (placement NORMALISED), or behind any inner convolution (EVERY)"
              .formatted(graph.name()));
    }
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
      gates.add(new GateWriter(builder, options, site).write(bare.get(site.value())));
    }
    return new DynamicNet(builder.build(), options.variant(), gates);
  }

  /** How many neighbouring channels of gate {@code number} share a saliency. */
  int block(int number) {
    Gate gate = gates.get(number);
    return gate.channels() / graph.weight(gate.saliency().weight()).size(0);
  }

  /** How many saliencies are predicted for a sample. */
  int saliencies() {
    return gates.stream().mapToInt(gate -> graph.weight(gate.saliency().weight()).size(0)).sum();
  }

  /** True if {@code graph} carries the description of gates. */
  public static boolean isDynamic(Graph graph) {
    return graph.header().metadata().containsKey(GateDescription.KEY);
  }

  /**
   * The gates that {@code graph} describes in its metadata.
   *
   * @throws DynamicException if it describes none, or others than it has
   */
  public static DynamicNet of(Graph graph) {
    String description = graph.header().metadata().get(GateDescription.KEY);
    if (description == null) {
      throw new DynamicException(
          "network '%s' describes no gates: it has no metadata '%s'"
              .formatted(graph.name(), GateDescription.KEY));
    }
    return GateDescription.read(graph, description);
  }
}
