package io.espalier.cli;

import io.espalier.channel.ChannelGroup;
import io.espalier.cost.Cost;
import io.espalier.graph.Header;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An {@link Inspection} for people. */
final class InspectionText {
  private static final int MOST_ROWS = 40;
  private static final int MOST_ALIKE = 4;

  /** The name of the place in a reason. */
  private static final Pattern QUOTED = Pattern.compile(" '[^']*'");

  private final Inspection found;
  private final boolean all;
  private final StringBuilder text = new StringBuilder();

  InspectionText(Inspection found, boolean all) {
    this.found = found;
    this.all = all;
  }

  @Override
  public String toString() {
    text.setLength(0);
    heading();
    layers();
    totals();
    groups();
    frozen();
    opaque();
    return text.toString().stripTrailing();
  }

  private void line(String pattern, Object... values) {
    text.append(pattern.formatted(values)).append('\n');
  }

  private void heading() {
    Header header = found.graph().header();
    line("%s: %s, opset %d", found.file(), found.graph().name(), header.opset());
    line("  inputs   %s", ports(found.graph().inputs()));
    line("  outputs  %s", ports(found.graph().outputs()));
    header.metadata().forEach((key, value) -> line("  %s  %s", key, value));
    line("");
  }

  private static String ports(List<Port> ports) {
    return ports.stream()
        .map(port -> port.name() + " " + port.type().shape())
        .collect(Collectors.joining(", "));
  }

  private void layers() {
    Table table =
        Table.of("layer", "operator", "weight", "output", ">MACs", ">share", ">params", "channels");
    List<LayerRow> rows = found.rows().stream().filter(row -> all || row.isLayer()).toList();
    long macs = Math.max(1, found.cost().macs());
    for (LayerRow row : cut(rows)) {
      table.row(
          row.node().name(),
          row.node().op().label(),
          row.weight(),
          row.output(),
          row.cost().macs() == 0 ? "" : Numbers.count(row.cost().macs()),
          row.cost().macs() == 0 ? "" : Numbers.percent((double) row.cost().macs() / macs),
          row.cost().params() == 0 ? "" : Numbers.count(row.cost().params()),
          channels(row));
    }
    text.append(table).append('\n');
    rest(rows.size(), "layers");
  }

  /** A depthwise convolution makes no channels of its own. */
  private static String channels(LayerRow row) {
    boolean follows = row.freedom().isEmpty() && row.node().op() instanceof Op.Conv;
    return follows ? "as its input" : row.freedomText();
  }

  private void totals() {
    Cost cost = found.cost();
    line("");
    line("  MACs         %s (%d)", Numbers.count(cost.macs()), cost.macs());
    line("  FLOPs        %s", Numbers.count(cost.flops()));
    line("  parameters   %s (%d)", Numbers.count(cost.params()), cost.params());
    line("  activations  %s", Numbers.bytes(cost.activationBytes()));
    line("  file         %s", Numbers.bytes(found.fileBytes()));
    if (!cost.uncounted().isEmpty()) {
      line("  not counted  %s (shape not known)", String.join(", ", cost.uncounted()));
    }
    if (cost.macs() == 0) {
      line(
          "  What is not modelled is not counted, so these figures say nothing about the network.");
    }
    line("");
  }

  private void groups() {
    List<ChannelGroup> groups = found.map().groups();
    line("%d groups with %d prunable units", groups.size(), found.map().units());
    if (groups.isEmpty()) {
      return;
    }
    Table table = Table.of("group", ">units", ">weights", "also made by");
    for (ChannelGroup group : cut(groups)) {
      table.row(group.name(), group.units(), group.members().size(), others(group.producers()));
    }
    text.append(table).append('\n');
    rest(groups.size(), "groups");
  }

  /** The first one gives the group its name. */
  private static String others(List<String> producers) {
    return switch (producers.size()) {
      case 0, 1 -> "";
      case 2 -> producers.get(1);
      default -> "%s and %d more".formatted(producers.get(1), producers.size() - 2);
    };
  }

  private static String names(List<String> producers) {
    int more = producers.size() - 2;
    String first = producers.stream().limit(2).collect(Collectors.joining(", "));
    return more > 0 ? "%s and %d more".formatted(first, more) : first;
  }

  /** Reasons, each with the layers that it holds for; those that recur all over as one. */
  private void frozen() {
    line("");
    String of = "%s of the MACs lie between channels that cannot go".formatted(share());
    line("Frozen: %s", found.cost().macs() == 0 ? "what cannot go" : of);
    Map<String, Map<String, List<String>>> kinds = new LinkedHashMap<>();
    for (Inspection.Frozen frozen : found.frozen()) {
      String kind = QUOTED.matcher(frozen.reason()).replaceFirst("");
      String what = frozen.side().equals("layer") ? "" : " (%s)".formatted(frozen.side());
      kinds
          .computeIfAbsent(kind, key -> new LinkedHashMap<>())
          .computeIfAbsent(frozen.reason(), key -> new ArrayList<>())
          .add(frozen.layer() + what);
    }
    kinds.forEach(this::frozen);
  }

  private void frozen(String kind, Map<String, List<String>> reasons) {
    if (all || reasons.size() <= MOST_ALIKE) {
      reasons.forEach((reason, names) -> line("  %s: %s", reason, names(names)));
      return;
    }
    List<String> names = reasons.values().stream().flatMap(List::stream).distinct().toList();
    line("  %s (%d places; --all names them): %s", kind, reasons.size(), names(names));
  }

  private String share() {
    return Numbers.percent(found.frozenShare());
  }

  private void opaque() {
    List<Inspection.OpaqueKind> kinds = found.opaque();
    if (kinds.isEmpty()) {
      return;
    }
    line("");
    line("Carried, but not modelled:");
    for (Inspection.OpaqueKind kind : kinds) {
      line("  %d x %s: %s", kind.count(), kind.type(), kind.reason());
    }
  }

  private <T> List<T> cut(List<T> rows) {
    return all || rows.size() <= MOST_ROWS ? rows : rows.subList(0, MOST_ROWS);
  }

  private void rest(int size, String what) {
    if (!all && size > MOST_ROWS) {
      line("... and %d more %s; --all shows them", size - MOST_ROWS, what);
    }
  }
}
