package io.espalier.dynamic;

import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.graph.OneSample;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@link DynamicNet} costs, as a function of its gates. A convolution costs its taps times
 * its output positions for every pair of an input channel that can be other than zero and an output
 * channel that its gate lets through (SANP: both sides are sparse); a linear layer likewise. The
 * prediction of saliencies is counted too, at its full size. A gate about pixels lets through the
 * share of a channel's pixels for which it is open; its base path is a layer of its own, which
 * always costs the same. MACs are those of {@link Cost}.
 *
 * @param gates how many gates there are
 * @param layers one entry a counted layer, in network order
 */
public record DynamicCost(int gates, List<LayerCost> layers) {
  public DynamicCost {
    layers = List.copyOf(layers);
  }

  /** The cost of {@code net}. */
  public static DynamicCost of(DynamicNet net) {
    Graph graph = OneSample.of(net.graph());
    Map<String, Support> supports = SupportFlow.of(net);
    Map<String, Support> gated = new HashMap<>();
    Set<String> predictors = new HashSet<>();
    Set<String> constants = new HashSet<>();
    Set<String> conditional = new HashSet<>();
    for (int i = 0; i < net.gates().size(); i++) {
      Gate gate = net.gates().get(i);
      gated.put(gate.layer(), new Support.Gated(i, gate.channels()));
      switch (gate) {
        case ChannelGate channels -> {
          boolean constant = channels.saliency().source() == Saliency.Source.CONSTANT;
          Set<String> own = constant ? constants : predictors;
          own.add(channels.saliency().weight());
          own.add(channels.saliency().hiddenWeight());
        }
        case PixelGate pixels -> conditional.add(pixels.layer());
      }
    }
    List<LayerCost> layers = new ArrayList<>();
    for (NodeCost cost : Cost.of(graph).nodes()) {
      if (cost.counts()) {
        Sides sides = Sides.of(graph, cost);
        String weight = cost.node().input(1);
        LayerCost.Part part =
            predictors.contains(weight)
                ? LayerCost.Part.SALIENCY
                : constants.contains(weight) ? LayerCost.Part.CONSTANT : LayerCost.Part.BACKBONE;
        Support all = new Support.All(sides.inputs());
        Support read = supports.getOrDefault(cost.node().input(0), all);
        // The one for a bias is counted with the base path.
        long biasMacs =
            conditional.contains(cost.node().name()) ? 0 : cost.macsWithBias() - cost.macs();
        boolean sparse = part == LayerCost.Part.BACKBONE && read.channels() == sides.inputs();
        layers.add(
            new LayerCost(
                cost.node().name(),
                part,
                sparse ? read : all,
                gated.getOrDefault(cost.node().name(), new Support.All(sides.outputs())),
                sides.groups(),
                cost.macs() / sides.pairs(),
                biasMacs / sides.outputs()));
      }
    }
    return new DynamicCost(net.gates().size(), layers);
  }

  /** The channels on both sides of a layer; one on each side where they do not follow. */
  private record Sides(int inputs, int outputs, int groups) {
    static Sides of(Graph graph, NodeCost cost) {
      Optional<Tensor> weight = graph.initializer(cost.node().input(1));
      if (weight.isEmpty()) {
        return new Sides(1, 1, 1);
      }
      Tensor w = weight.get();
      boolean matrix = graph.shape(cost.node().input(0)).filter(s -> s.rank() == 2).isPresent();
      return switch (cost.node().op()) {
        case Op.Conv op -> new Sides(w.size(1) * op.groups(), w.size(0), op.groups());
        case Op.ConvTranspose op -> new Sides(w.size(0), w.size(1) * op.groups(), op.groups());
        case Op.Gemm op when !op.transA() ->
            op.transB() ? new Sides(w.size(1), w.size(0), 1) : new Sides(w.size(0), w.size(1), 1);
        case Op.MatMul op when matrix && w.rank() == 2 -> new Sides(w.size(0), w.size(1), 1);
        case Op other -> new Sides(1, 1, 1);
      };
    }

    long pairs() {
      return (long) inputs * outputs / groups;
    }
  }

  /** MACs of the original network: the backbone with every channel in use. */
  public long backboneMacs() {
    return layers.stream()
        .filter(layer -> layer.part() == LayerCost.Part.BACKBONE)
        .mapToLong(LayerCost::denseMacs)
        .sum();
  }

  /** As {@link #backboneMacs()} by the rule that adds one for the bias of each output. */
  public long backboneMacsWithBias() {
    return layers.stream()
        .filter(layer -> layer.part() == LayerCost.Part.BACKBONE)
        .mapToLong(LayerCost::denseMacsWithBias)
        .sum();
  }

  /** MACs that the prediction of saliencies adds for every sample. */
  public long saliencyMacs() {
    return layers.stream()
        .filter(layer -> layer.part() == LayerCost.Part.SALIENCY)
        .mapToLong(LayerCost::denseMacs)
        .sum();
  }
}
