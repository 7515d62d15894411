package io.espalier.method.criterion;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.method.MethodException;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.WeightPlanner;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Sets the single weights with the smallest scores to zero, where they stay in all later training.
 *
 * @param id the method
 * @param scores gives one number an element, row-major, by the name of the weight
 */
record WeightMasking(String id, Function<Workbench, Map<String, double[]>> scores)
    implements Procedure {
  @Override
  public MethodKind kind() {
    return MethodKind.WEIGHT_MASK;
  }

  @Override
  public void run(Workbench bench) {
    requireMeaning(bench.options());
    Map<String, double[]> all = scores.apply(bench);
    List<PlanEntry> masks = WeightPlanner.masks(bench.graph(), all, bench.options());
    Graph before = bench.graph();
    bench.cut("mask", before, masks);
    report(bench, before, PruningPlan.of(before, masks).zeros());
  }

  private void requireMeaning(PlanOptions options) {
    if (!options.hasSize()) {
      throw new MethodException(
          "%s has no threshold of its own: give a budget, such as params=40%%".formatted(id));
    }
    if (options.align() > 1 || options.scope() != PlanOptions.Scope.ALL) {
      throw new MethodException(
          "%s removes no channels: --align and --scope have no meaning".formatted(id));
    }
  }

  private void report(Workbench bench, Graph graph, Map<String, BitSet> zeros) {
    long params = Cost.of(graph).params();
    long gone = zeros.values().stream().mapToLong(BitSet::cardinality).sum();
    bench.record("zeros", () -> record(graph, zeros, params, gone));
    bench.warn(
        String.format(
            Locale.ROOT,
            "%s sets %d of %d parameters to zero (%.1f %% are left) and removes none: run densely,"
                + " the network is as big and as slow as before",
            id,
            gone,
            params,
            100.0 * (params - gone) / params));
  }

  private static ObjectNode record(Graph graph, Map<String, BitSet> zeros, long params, long gone) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("params", params).put("zeros", gone);
    ArrayNode weights = json.putArray("weights");
    zeros.forEach(
        (name, bits) ->
            weights
                .addObject()
                .put("weight", name)
                .put("elements", graph.weight(name).elements())
                .put("zeros", bits.cardinality()));
    return json;
  }

  /**
   * The weights of the layers that multiply and accumulate: of convolutions, and of linear layers
   * where {@code linear}.
   */
  static List<String> weights(Graph graph, boolean linear) {
    List<String> names = new ArrayList<>();
    for (NodeCost cost : Cost.of(graph).nodes()) {
      if (cost.counts()) {
        weights(graph, cost.node(), linear ? 2 : 3).forEach(names::add);
      }
    }
    return names.stream().distinct().toList();
  }

  /** A linear layer's weight has two axes, a convolution's more. */
  private static List<String> weights(Graph graph, Node node, int leastAxes) {
    return node.inputs().stream()
        .filter(graph.initializers()::containsKey)
        .filter(name -> graph.weight(name).type().isReal())
        .filter(name -> graph.weight(name).rank() >= leastAxes)
        .toList();
  }

  /** The biases of the same layers. */
  static List<String> biases(Graph graph, boolean linear) {
    List<String> weights = weights(graph, linear);
    return graph.nodes().stream()
        .filter(node -> node.inputs().size() > 2 && weights.contains(node.input(1)))
        .map(node -> node.input(2))
        .filter(graph.initializers()::containsKey)
        .distinct()
        .toList();
  }
}
