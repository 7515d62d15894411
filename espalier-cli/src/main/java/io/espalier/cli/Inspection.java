package io.espalier.cli;

import io.espalier.channel.ChannelMap;
import io.espalier.channel.LayerFreedom;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code espalier inspect} finds out about a network. */
record Inspection(
    Path file, long fileBytes, Graph graph, Cost cost, ChannelMap map, List<LayerRow> rows) {

  /**
   * A side of a layer that cannot shrink, or not by all of its channels.
   *
   * @param layer the layer
   * @param side inputs, outputs, or layer where the layer as a whole is out of reach
   * @param channels how many channels stay
   * @param of how many there are
   * @param reason why
   */
  record Frozen(String layer, String side, int channels, int of, String reason) {}

  /** Operators that are carried but not modelled, of one type and for one reason. */
  record OpaqueKind(String type, int count, String reason) {}

  static Inspection of(Path file, Graph graph) throws IOException {
    Cost cost = Cost.of(graph);
    ChannelMap map = ChannelMap.of(graph);
    return new Inspection(file, Files.size(file), graph, cost, map, LayerRow.of(graph, cost, map));
  }

  List<Frozen> frozen() {
    List<Frozen> frozen = new ArrayList<>();
    for (LayerFreedom layer : map.layers()) {
      if (layer.outputs() == 0 && layer.inputs() == 0) {
        String reason = layer.outputReason().or(layer::inputReason).orElse("");
        frozen.add(new Frozen(layer.node(), "layer", 0, 0, reason));
        continue;
      }
      add(frozen, layer, "inputs", layer.frozenInputs(), layer.inputs(), layer.inputReason());
      add(frozen, layer, "outputs", layer.frozenOutputs(), layer.outputs(), layer.outputReason());
    }
    return frozen;
  }

  private static void add(
      List<Frozen> to, LayerFreedom layer, String side, int part, int of, Optional<String> why) {
    if (part > 0) {
      to.add(new Frozen(layer.node(), side, part, of, why.orElse("")));
    }
  }

  /** MACs that no plan can remove. */
  long frozenMacs() {
    return rows.stream().mapToLong(LayerRow::frozenMacs).sum();
  }

  /** Share of all MACs that no plan can remove. */
  double frozenShare() {
    return cost.macs() == 0 ? 0 : (double) frozenMacs() / cost.macs();
  }

  List<OpaqueKind> opaque() {
    Map<String, OpaqueKind> kinds = new LinkedHashMap<>();
    graph.nodes().stream()
        .map(node -> node.op())
        .filter(Op.Opaque.class::isInstance)
        .map(Op.Opaque.class::cast)
        .forEach(
            op ->
                kinds.merge(
                    op.type() + op.reason(),
                    new OpaqueKind(op.type(), 1, op.reason()),
                    (a, b) -> new OpaqueKind(a.type(), a.count() + 1, a.reason())));
    return List.copyOf(kinds.values());
  }
}
