package io.espalier.dynamic;

import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where a network shows which channels a sample uses, and what that costs: what a compact file
 * carries in its metadata, and what follows from a masked one.
 *
 * @param format of the JSON
 * @param variant id of the method that made the gates
 * @param gates in network order
 * @param layers what each layer costs, given the gates
 */
record SkipDescription(int format, String variant, List<Site> gates, List<LayerCost> layers) {
  /** The key of the metadata entry. */
  static final String KEY = "espalier.compact";

  /**
   * One gate.
   *
   * @param layer the convolution's name in the masked network
   * @param channels how many it has
   * @param open value {@code [N, C]} or {@code [1, C]}, or with one column for several neighbouring
   *     channels: above 0 where the sample uses the channel
   */
  record Site(String layer, int channels, String open) {}

  SkipDescription {
    gates = List.copyOf(gates);
    layers = List.copyOf(layers);
    if (gates.isEmpty() || layers.isEmpty()) {
      throw new IllegalArgumentException("there are no gates");
    }
    for (Site gate : gates) {
      if (!SupportCheck.isWidth(gate.channels())) {
        throw new IllegalArgumentException(
            "gate of layer '%s' has %d channels".formatted(gate.layer(), gate.channels()));
      }
    }
    long sum = 0;
    for (LayerCost layer : layers) {
      SupportCheck.check(layer.inputs(), gates);
      SupportCheck.check(layer.outputs(), gates);
      sum = Math.addExact(sum, cost(layer));
    }
  }

  /** What {@code layer} costs at most; a file may say anything. */
  private static long cost(LayerCost layer) {
    int inputs = layer.inputs().channels();
    int outputs = layer.outputs().channels();
    boolean divides =
        layer.groups() >= 1 && inputs % layer.groups() == 0 && outputs % layer.groups() == 0;
    if (!divides || layer.pairMacs() < 0 || layer.outputMacs() < 0) {
      throw new IllegalArgumentException("layer '%s' has no cost".formatted(layer.layer()));
    }
    long pairs = Math.multiplyExact((long) inputs, outputs);
    return Math.addExact(
        Math.multiplyExact(layer.pairMacs(), pairs),
        Math.multiplyExact(layer.outputMacs(), (long) outputs));
  }

  /**
   * That of {@code net}.
   *
   * @param open by layer, the value that shows its gate
   */
  static SkipDescription of(DynamicNet net, Map<String, String> open) {
    List<Site> sites = new ArrayList<>();
    for (Gate gate : net.gates()) {
      sites.add(
          new Site(gate.layer(), gate.channels(), open.getOrDefault(gate.layer(), gate.gate())));
    }
    return new SkipDescription(
        MetadataJson.FORMAT, net.variant().id(), sites, DynamicCost.of(net).layers());
  }

  /** True if {@code graph} is a compact network. */
  static boolean isIn(Graph graph) {
    return graph.header().metadata().containsKey(KEY);
  }

  /**
   * That of a masked or a compact network.
   *
   * @throws DynamicException if {@code graph} describes no gates, or they make no sense
   */
  static SkipDescription of(Graph graph) {
    String json = graph.header().metadata().get(KEY);
    if (json == null) {
      return of(DynamicNet.of(graph), Map.of());
    }
    SkipDescription found = MetadataJson.read(KEY, json, SkipDescription.class);
    MetadataJson.requireFormat(found.format);
    return found;
  }

  String toJson() {
    return MetadataJson.write(this);
  }

  DynamicCost cost() {
    return new DynamicCost(gates.size(), layers);
  }
}
