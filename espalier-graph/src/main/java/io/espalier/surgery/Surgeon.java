package io.espalier.surgery;

import io.espalier.channel.Changes;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.GraphException;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes out of a network what a plan says. Pure: the network that is given stays as it is. */
public final class Surgeon {
  private Surgeon() {}

  /**
   * The smaller network.
   *
   * @throws PlanException if the plan was made for another network, names parts that cannot go
   *     alone, leaves a layer without channels, or removes a constant that cannot be folded exactly
   */
  public static Graph cut(Graph graph, PruningPlan plan) {
    plan.requireMadeFor(graph);
    PlanParts parts = PlanParts.of(plan);
    Graph opened = Restructure.apply(graph, parts);
    Graph shifted = ConstantFold.apply(opened, parts.reads());
    Graph smaller = removeParts(shifted, parts);
    return WeightMasks.apply(smaller, parts.weightMasks());
  }

  private static Graph removeParts(Graph graph, PlanParts parts) {
    if (parts.parts().isEmpty()) {
      return graph;
    }
    ChannelMap map = ChannelMap.of(graph);
    List<Changes.Slot> wanted = new ArrayList<>();
    for (PlanEntry.Part part : parts.parts()) {
      if (graph.initializers().containsKey(part.initializer())) {
        int[] indices = part.indices().stream().mapToInt(i -> i).toArray();
        wanted.add(new Changes.Slot(part.initializer(), part.space(), indices));
      }
    }
    Map<Integer, BitSet> removed;
    try {
      removed = map.unitsAt(wanted);
    } catch (IllegalArgumentException e) {
      throw new PlanException(e.getMessage(), e);
    }
    Changes changes = map.changes(removed);
    requireComplete(changes, wanted);
    return apply(graph, changes);
  }

  /** A plan that names part of a unit would silently remove more than it says. */
  private static void requireComplete(Changes changes, List<Changes.Slot> wanted) {
    Map<String, BitSet> named = new HashMap<>();
    for (Changes.Slot slot : wanted) {
      BitSet bits = named.computeIfAbsent(slot.initializer() + slot.space(), k -> new BitSet());
      for (int index : slot.removed()) {
        bits.set(index);
      }
    }
    for (Changes.Slot slot : changes.slots()) {
      BitSet bits = named.get(slot.initializer() + slot.space());
      for (int index : slot.removed()) {
        if (bits != null && !bits.get(index)) {
          throw new PlanException(
              "the plan leaves out position %d of '%s', which goes with what it removes"
                  .formatted(index, slot.initializer()));
        }
      }
    }
  }

  private static Graph apply(Graph graph, Changes changes) {
    Map<String, List<Changes.Slot>> byWeight = new HashMap<>();
    for (Changes.Slot slot : changes.slots()) {
      byWeight.computeIfAbsent(slot.initializer(), key -> new ArrayList<>()).add(slot);
    }
    Map<String, Changes.Permutation> permutations = new HashMap<>();
    changes.shuffles().forEach(shuffle -> permutations.put(shuffle.exit(), shuffle));
    GraphBuilder builder = new GraphBuilder(graph.name()).header(graph.header());
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    for (Map.Entry<String, Tensor> weight : graph.initializers().entrySet()) {
      List<Changes.Slot> slots = byWeight.getOrDefault(weight.getKey(), List.of());
      builder.initializer(weight.getKey(), WeightCut.of(weight.getKey(), weight.getValue(), slots));
    }
    for (Node node : graph.nodes()) {
      Changes.Permutation shuffle = permutations.get(node.output());
      if (shuffle == null) {
        builder.add(node.withOp(changes.operators().getOrDefault(node.name(), node.op())));
      } else {
        Op gather = new Op.Gather(shuffle.axis(), shuffle.indices(), false);
        builder.add(new Node(node.name(), gather, List.of(shuffle.entry()), node.outputs()));
      }
    }
    builder.keepHints(graph);
    try {
      return builder.buildReachable();
    } catch (GraphException e) {
      throw new PlanException("the plan does not fit together: " + e.getMessage(), e);
    }
  }
}
