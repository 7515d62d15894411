package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code espalier diff}. */
@Command(
    name = "diff",
    description = "Compare two networks layer by layer: weights, MACs, parameters.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier diff net.onnx net-pruned.onnx",
      "  espalier diff net.onnx net-pruned.onnx --all     also the layers that are equal",
      "",
      "Layers are compared by their names."
    })
final class DiffCommand implements Callable<Integer> {
  /** Share of the layers of the smaller network that must have a namesake in the other. */
  private static final double RELATED = 0.25;

  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;

  @Parameters(index = "0", paramLabel = "A.onnx", description = "The first network.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B.onnx", description = "The second network.")
  private Path second;

  @Option(names = "--all", description = "Show layers that are equal, too.")
  private boolean all;

  private record Side(Cost cost, Map<String, LayerRow> layers) {
    static Side of(Graph graph) {
      Cost cost = Cost.of(graph);
      Map<String, LayerRow> layers = new LinkedHashMap<>();
      LayerRow.of(graph, cost, ChannelMap.of(graph)).stream()
          .filter(LayerRow::isLayer)
          .forEach(row -> layers.put(row.node().name(), row));
      return new Side(cost, layers);
    }

    int size() {
      return layers.size();
    }

    String weight(String layer) {
      return layers.containsKey(layer) ? layers.get(layer).weight() : "-";
    }

    long macs(String layer) {
      return layers.containsKey(layer) ? layers.get(layer).cost().macs() : 0;
    }

    long params(String layer) {
      return layers.containsKey(layer) ? layers.get(layer).cost().params() : 0;
    }
  }

  @Override
  public Integer call() {
    Output output = common.output(parent);
    Side a = Side.of(input.read(first));
    Side b = Side.of(input.read(second));
    Set<String> layers = new LinkedHashSet<>(a.layers().keySet());
    layers.addAll(b.layers().keySet());
    boolean related = all || 1.0 * common(a, b) >= RELATED * Math.min(a.size(), b.size());
    output.print(related ? text(layers, a, b) : unrelated(a, b));
    output.result(object(layers, a, b));
    return 0;
  }

  private static int common(Side a, Side b) {
    Set<String> common = new LinkedHashSet<>(a.layers().keySet());
    common.retainAll(b.layers().keySet());
    return common.size();
  }

  /** A table of layers that are missing on one side or the other would tell nothing. */
  private String unrelated(Side a, Side b) {
    Table table = Table.of("", ">layers", ">MACs", ">parameters", "first layer", "weight");
    summary(table, "A: " + first, a);
    summary(table, "B: " + second, b);
    return "%s%nThese are different networks: %s of the same name; --all lists the layers of both"
        .formatted(table, common(a, b) == 0 ? "no layer is" : "few layers are");
  }

  private static void summary(Table table, String name, Side side) {
    String layer = side.layers().keySet().stream().findFirst().orElse("-");
    table.row(
        name,
        side.size(),
        Numbers.count(side.cost().macs()),
        Numbers.count(side.cost().params()),
        layer,
        side.weight(layer));
  }

  private String text(Set<String> layers, Side a, Side b) {
    Table table =
        Table.of("layer", "weight A", "weight B", ">MACs A", ">MACs B", ">left", ">params left");
    int equal = 0;
    for (String layer : layers) {
      boolean same = a.weight(layer).equals(b.weight(layer)) && a.macs(layer) == b.macs(layer);
      equal += same ? 1 : 0;
      if (all || !same) {
        row(table, layer, a, b);
      }
    }
    table.row(
        "total",
        "",
        "",
        Numbers.count(a.cost().macs()),
        Numbers.count(b.cost().macs()),
        left(a.cost().macs(), b.cost().macs()),
        left(a.cost().params(), b.cost().params()));
    String end =
        all || equal == 0 ? "" : "\n%d layers are equal; --all shows them".formatted(equal);
    return "A: %s%nB: %s%n%s".formatted(first, second, table) + end;
  }

  private static void row(Table table, String layer, Side a, Side b) {
    table.row(
        layer,
        a.weight(layer),
        b.weight(layer),
        Numbers.count(a.macs(layer)),
        Numbers.count(b.macs(layer)),
        left(a.macs(layer), b.macs(layer)),
        left(a.params(layer), b.params(layer)));
  }

  private static String left(long before, long after) {
    return before == 0 ? "-" : Numbers.percent((double) after / before);
  }

  private ObjectNode object(Set<String> layers, Side a, Side b) {
    ObjectNode object = Output.object();
    total(object.putObject("a"), first, a.cost());
    total(object.putObject("b"), second, b.cost());
    object.put("commonLayers", common(a, b));
    ArrayNode rows = object.putArray("layers");
    for (String layer : layers) {
      ObjectNode row = rows.addObject().put("node", layer);
      side(row.putObject("a"), layer, a);
      side(row.putObject("b"), layer, b);
    }
    return object;
  }

  private static void total(ObjectNode object, Path file, Cost cost) {
    object.put("file", file.toString()).put("macs", cost.macs()).put("params", cost.params());
  }

  private static void side(ObjectNode object, String layer, Side side) {
    object.put("weight", side.weight(layer)).put("macs", side.macs(layer));
    object.put("params", side.params(layer));
  }
}
