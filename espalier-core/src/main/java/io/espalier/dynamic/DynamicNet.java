package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Header;
import java.util.List;
import java.util.Map;

/**
 * A network whose layers choose their channels, or the pixels of these, for each sample: a graph in
 * masked form, which computes all and multiplies what is unused by 0, and the description of its
 * gates. The graph holds standard ONNX operators only and carries the description in its metadata,
 * so that a written file gives the same numbers everywhere and {@link #of} finds the gates again.
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
    for (Gate gate : gates) {
      if ((gate instanceof PixelGate) != (variant.design() instanceof GateDesign.Pixels)) {
        throw new DynamicException(
            "gate of layer '%s': %s has no such gates".formatted(gate.layer(), variant.id()));
      }
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
   * names of values stay. With ones for all saliencies it is the original, bit for bit; with gates
   * for pixels that are all open it is the original but for the order in which numbers are added.
   *
   * @throws DynamicException if there is no such layer, or {@code graph} is gated already
   */
  public static DynamicNet insert(Graph graph, GateOptions options) {
    if (isDynamic(graph)) {
      throw new DynamicException("network '%s' has gates already".formatted(graph.name()));
    }
    List<GateSite> sites = GateSites.of(graph, options).sites();
    if (sites.isEmpty()) {
      throw new DynamicException(
          "network '%s' has no layer to gate: %s".formatted(graph.name(), places(options)));
    }
    return switch (options.variant().design()) {
      case GateDesign.Channels design -> GateWriter.insert(graph, options, design, sites);
      case GateDesign.Pixels design -> PixelGateWriter.insert(graph, options, sites);
    };
  }

  private static String places(GateOptions options) {
    String behind =
        "gates stand behind a convolution with a batch normalisation of its own (placement"
            + " NORMALISED), or behind any inner convolution (EVERY)";
    return switch (options.variant().design()) {
      case GateDesign.Channels design -> behind;
      case GateDesign.Pixels design ->
          "%s, if it has no groups and %d input channels or more (p)"
              .formatted(behind, options.parts());
    };
  }

  /**
   * The convolutions of {@code graph} that {@link #insert} leaves as they are, with the reason, in
   * network order.
   */
  public static Map<String, String> ungated(Graph graph, GateOptions options) {
    return GateSites.of(graph, options).dense();
  }

  /** True if gates decide about pixels, false if about whole channels. */
  public boolean decidesPixels() {
    return variant.design() instanceof GateDesign.Pixels;
  }

  /**
   * The gates, which are all about whole channels.
   *
   * @throws DynamicException if one is about single pixels
   */
  public List<ChannelGate> channelGates() {
    for (Gate gate : gates) {
      if (gate instanceof PixelGate) {
        throw new DynamicException(
            "layer '%s' decides pixel by pixel (%s): there is no channel that a whole image does not use"
                .formatted(gate.layer(), variant.id()));
      }
    }
    return gates.stream().map(ChannelGate.class::cast).toList();
  }

  /** How many neighbouring channels of {@code gate} share a saliency. */
  int block(ChannelGate gate) {
    return gate.channels() / graph.weight(gate.saliency().weight()).size(0);
  }

  /** How many saliencies are predicted for a sample. */
  int saliencies() {
    return channelGates().stream()
        .mapToInt(gate -> graph.weight(gate.saliency().weight()).size(0))
        .sum();
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
