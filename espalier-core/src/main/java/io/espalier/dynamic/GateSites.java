package io.espalier.dynamic;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.surgery.Glob;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the gates of a network stand.
 *
 * @param sites in network order
 * @param dense the other convolutions by name, and why they have no gate
 */
record GateSites(List<GateSite> sites, Map<String, String> dense) {
  GateSites {
    sites = List.copyOf(sites);
    dense = Collections.unmodifiableMap(new LinkedHashMap<>(dense));
  }

  /** The places of {@code graph} that {@code options} ask for. */
  static GateSites of(Graph graph, GateOptions options) {
    return new Search(graph, options).sites();
  }

  private static final class Search {
    private final Graph graph;
    private final GateOptions options;
    private final GatedLayers wanted;
    private final Map<String, List<Node>> readers;
    private final Set<String> outputs;
    private final Set<String> ends;
    private final Set<String> computed;
    private final List<Glob> ungated;

    Search(Graph graph, GateOptions options) {
      this.graph = graph;
      this.options = options;
      this.wanted = options.layers();
      this.readers = graph.consumers();
      this.outputs = graph.outputs().stream().map(Port::name).collect(Collectors.toSet());
      this.ends = isEvery() ? ends(graph) : Set.of();
      this.computed = computed(graph);
      this.ungated = wanted.ungated().stream().map(Glob::of).toList();
    }

    private boolean isEvery() {
      return wanted.placement() == GatedLayers.Placement.EVERY;
    }

    GateSites sites() {
      List<GateSite> sites = new ArrayList<>();
      Map<String, String> dense = new LinkedHashMap<>();
      for (Node node : graph.nodes()) {
        if (node.op() instanceof Op.Conv) {
          obstacle(node)
              .ifPresentOrElse(why -> dense.put(node.name(), why), () -> sites.add(site(node)));
        }
      }
      return new GateSites(sites, dense);
    }

    private GateSite site(Node layer) {
      return new GateSite(layer, gated(layer), graph.weight(layer.input(1)));
    }

    private Optional<String> obstacle(Node layer) {
      boolean bare = gated(layer).equals(layer.output());
      String why = null;
      if (!graph.initializers().containsKey(layer.input(1))) {
        why = "its weights are computed";
      } else if (!wanted.first() && !computed.contains(layer.input(0))) {
        why = "it reads the network's input";
      } else if (ungated.stream().anyMatch(glob -> glob.matches(layer.name()))) {
        why = "it is to have no gate";
      } else if (bare && !isEvery()) {
        why = "no batch normalisation is its only reader";
      } else if (bare && ends.contains(layer.name()) || outputs.contains(gated(layer))) {
        why = "its channels are the network's outputs";
      }
      return why != null
          ? Optional.of(why)
          : switch (options.variant().design()) {
            case GateDesign.Channels design -> Optional.empty();
            case GateDesign.Pixels design -> undivided(layer);
          };
    }

    /** Why the input channels of {@code layer} cannot be divided. */
    private Optional<String> undivided(Node layer) {
      GateSite site = site(layer);
      if (site.groups() > 1) {
        return Optional.of("its convolution has groups");
      }
      if (site.inputChannels() < options.parts()) {
        return Optional.of(
            "%d input channels are too few for p = %d"
                .formatted(site.inputChannels(), options.parts()));
      }
      boolean shared = readers.get(layer.input(1)).size() > 1;
      return shared ? Optional.of("it shares its weights") : Optional.empty();
    }

    /** The output of the normalisation that is the layer's only reader, else the layer's own. */
    private String gated(Node layer) {
      List<Node> next = readers.getOrDefault(layer.output(), List.of());
      boolean normalised =
          next.size() == 1
              && next.getFirst().op() instanceof Op.BatchNorm
              && !outputs.contains(layer.output());
      return normalised ? next.getFirst().output() : layer.output();
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
}
