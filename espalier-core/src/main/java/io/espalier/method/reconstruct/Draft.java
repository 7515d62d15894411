package io.espalier.method.reconstruct;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.surgery.Mask;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.Plans;
import io.espalier.surgery.PruningPlan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A network under work: all of its nodes at full width with the weights of now, and what will go.
 * Immutable.
 *
 * @param graph the network
 * @param map the channels of its nodes
 * @param removed units that will go, by group index
 * @param gathered inputs that stay in front of some layers, by node
 */
record Draft(
    Graph graph,
    ChannelMap map,
    Map<Integer, BitSet> removed,
    Map<String, List<Integer>> gathered) {
  /** Nothing done yet. */
  static Draft of(Graph graph, ChannelMap map) {
    return new Draft(graph, map, Map.of(), Map.of());
  }

  /** {@code units} of {@code group} will go. */
  Draft without(int group, BitSet units) {
    Map<Integer, BitSet> more = new TreeMap<>(removed);
    more.put(group, units);
    return new Draft(graph, map, more, gathered);
  }

  /** In front of {@code node} only {@code inputs} will stay. */
  Draft gathering(String node, List<Integer> inputs) {
    Map<String, List<Integer>> more = new TreeMap<>(gathered);
    more.put(node, inputs);
    return new Draft(graph, map, removed, more);
  }

  Draft withWeights(Map<String, Tensor> changed) {
    return new Draft(graph.withWeights(changed), map, removed, gathered);
  }

  /** What will go, as entries of a plan. */
  List<PlanEntry> entries() {
    List<PlanEntry> entries = new ArrayList<>(Plans.unitEntries(map, new HashMap<>(removed)));
    gathered.forEach(
        (node, inputs) -> {
          int rank = graph.shape(graph.node(node).orElseThrow().input(0)).orElseThrow().rank();
          int axis = layer(node).patches().axis(rank);
          entries.add(Plans.selection(map, node, axis, inputs));
        });
    return entries;
  }

  private LinearLayer layer(String node) {
    return LinearLayer.of(graph, graph.node(node).orElseThrow()).orElseThrow();
  }

  /** The network that computes what will be left. */
  Graph masked() {
    return Mask.apply(graph, PruningPlan.of(graph, entries()));
  }

  /** The inputs of {@code site} that will stay. */
  BitSet kept(Site site) {
    BitSet kept = new BitSet();
    List<Integer> inputs = gathered.get(site.node());
    for (int i = 0; i < site.layer().inputs(); i++) {
      BitSet gone = removed.get(site.carriage().group(i));
      boolean goes = gone != null && gone.get(site.carriage().unit(i));
      kept.set(i, !goes && (inputs == null || inputs.contains(i)));
    }
    return kept;
  }

  /** The weights that change when {@code site} is fitted: its own, and what takes its constant. */
  Map<String, Tensor> fitted(Site site, LayerRule.Refit refit) {
    Map<String, Tensor> changed = new TreeMap<>();
    String weight = site.layer().weight();
    changed.put(weight, site.layer().withMatrix(graph.weight(weight), refit.weight()));
    site.offset().ifPresent(o -> changed.put(o.initializer(), o.applied(refit.offset())));
    return changed;
  }

  /** The matrix form of the weight of {@code site} now. */
  double[] weight(Site site) {
    return site.layer().matrix(graph.weight(site.layer().weight()));
  }
}
