package io.espalier.dynamic;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.surgery.Glob;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A place where a gate can stand.
 *
 * @param layer the convolution
 * @param value what the gate multiplies
 * @param weight the convolution's weight {@code [C, C_in / groups, k...]}
 */
record GateSite(Node layer, String value, Tensor weight) {
  int channels() {
    return weight.size(0);
  }

  int inputChannels() {
    return weight.size(1) * ((Op.Conv) layer.op()).groups();
  }

  /** The places of {@code graph} that {@code wanted} asks for, in network order. */
  static List<GateSite> of(Graph graph, GatedLayers wanted) {
    Map<String, List<Node>> readers = graph.consumers();
    Set<String> outputs = graph.outputs().stream().map(Port::name).collect(Collectors.toSet());
    Set<String> fixed = wanted.placement() == GatedLayers.Placement.EVERY ? ends(graph) : Set.of();
    List<Glob> ungated = wanted.ungated().stream().map(Glob::of).toList();
    Set<String> computed = computed(graph);
    List<GateSite> sites = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean chosen =
          node.op() instanceof Op.Conv
              && graph.initializers().containsKey(node.input(1))
              && (wanted.first() || computed.contains(node.input(0)))
              && ungated.stream().noneMatch(glob -> glob.matches(node.name()));
      if (chosen) {
        String value = gated(node, readers.getOrDefault(node.output(), List.of()), outputs);
        boolean bare = value.equals(node.output());
        boolean placed =
            !bare
                || (wanted.placement() == GatedLayers.Placement.EVERY
                    && !fixed.contains(node.name()));
        if (placed && !outputs.contains(value)) {
          sites.add(new GateSite(node, value, graph.weight(node.input(1))));
        }
      }
    }
    return sites;
  }

  /** The output of the normalisation that is the layer's only reader, else the layer's own. */
  private static String gated(Node layer, List<Node> readers, Set<String> outputs) {
    boolean normalised =
        readers.size() == 1
            && readers.getFirst().op() instanceof Op.BatchNorm
            && !outputs.contains(layer.output());
    return normalised ? readers.getFirst().output() : layer.output();
  }

  /** Layers whose channels are the network's outputs, or are fixed for another reason. */
  private static Set<String> ends(Graph graph) {
    return ChannelMap.of(graph).layers().stream()
        .filter(layer -> layer.frozenOutputs() == layer.outputs())
        .map(layer -> layer.node())
        .collect(Collectors.toSet());
  }

  /** Every value that a convolution or a linear layer stands before. */
  private static Set<String> computed(Graph graph) {
    Set<String> computed = new HashSet<>();
    for (Node node : graph.nodes()) {
      boolean isLayer =
          switch (node.op()) {
            case Op.Conv c -> true;
            case Op.ConvTranspose c -> true;
            case Op.Gemm g -> true;
            case Op.MatMul m -> true;
            case Op other -> false;
          };
      if (isLayer || Graph.reads(node).stream().anyMatch(computed::contains)) {
        computed.addAll(node.outputs());
      }
    }
    return computed;
  }
}
