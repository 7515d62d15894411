package io.espalier.cli;

import io.espalier.channel.ChannelMap;
import io.espalier.channel.LayerFreedom;
import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One node as tables show it.
 *
 * @param node the node
 * @param weight shape of its weight, such as {@code 16x3x3x3}; empty if it has none
 * @param output shape of its first output; empty if it is not known
 * @param cost what it costs
 * @param freedom how far it can shrink, for convolutions and linear layers
 */
record LayerRow(
    Node node, String weight, String output, NodeCost cost, Optional<LayerFreedom> freedom) {

  /** A row for each node of {@code graph}. */
  static List<LayerRow> of(Graph graph, Cost cost, ChannelMap map) {
    Map<String, LayerFreedom> freedoms =
        map.layers().stream()
            .collect(Collectors.toMap(LayerFreedom::node, Function.identity(), (a, b) -> a));
    List<LayerRow> rows = new ArrayList<>();
    for (NodeCost part : cost.nodes()) {
      Node node = part.node();
      rows.add(
          new LayerRow(
              node,
              weight(graph, node),
              graph.shape(node.output()).map(Object::toString).orElse(""),
              part,
              Optional.ofNullable(freedoms.get(node.name()))));
    }
    return rows;
  }

  /** True for convolutions and linear layers. */
  boolean isLayer() {
    return cost.counts() || freedom.isPresent();
  }

  /** MACs that no plan can remove: those between a frozen input and a frozen output. */
  long frozenMacs() {
    return freedom
        .map(f -> Math.round(cost.macs() * share(f.frozenOutputs(), f.outputs()) * inputShare(f)))
        .orElse(0L);
  }

  private static double inputShare(LayerFreedom freedom) {
    return share(freedom.frozenInputs(), freedom.inputs());
  }

  private static double share(int part, int all) {
    return all == 0 ? 1 : (double) part / all;
  }

  /** Which sides can shrink, in a word or two. */
  String freedomText() {
    return freedom.map(LayerRow::text).orElse("");
  }

  private static String text(LayerFreedom freedom) {
    boolean outputs = freedom.frozenOutputs() < freedom.outputs();
    boolean inputs = freedom.frozenInputs() < freedom.inputs();
    return outputs ? "prunable" : inputs ? "inputs only" : "frozen";
  }

  private static String weight(Graph graph, Node node) {
    return node.inputs().stream()
        .skip(node.op() instanceof Op.MatMul ? 0 : 1)
        .map(graph.initializers()::get)
        .filter(tensor -> tensor != null && tensor.rank() > 0)
        .findFirst()
        .map(LayerRow::sizes)
        .orElse("");
  }

  private static String sizes(Tensor tensor) {
    return Arrays.stream(tensor.shape())
        .mapToObj(Integer::toString)
        .collect(Collectors.joining("x"));
  }
}
