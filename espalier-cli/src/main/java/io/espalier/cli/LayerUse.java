package io.espalier.cli;

import io.espalier.dynamic.GateAnalysis;

/** How images used the gated layers of a network, as a table. */
final class LayerUse {
  private static final String PIXELS =
      """

      The gates decide pixel by pixel about what is added to a base path. A channel is never pruned \
      where that is computed for every pixel of every image, always pruned where for none; in use \
      is the share of its pixels.\
      """;

  private LayerUse() {}

  static String table(GateAnalysis analysis) {
    Table table =
        Table.of(
            "layer", ">channels", ">never pruned", ">sometimes", ">always pruned", ">mean in use");
    for (GateAnalysis.Layer layer : analysis.layers()) {
      int channels = layer.open().size();
      double mean = layer.open().stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      table.row(
          layer.name(),
          channels,
          Numbers.percent((double) layer.always() / channels),
          Numbers.percent((double) layer.sometimes() / channels),
          Numbers.percent((double) layer.never() / channels),
          Numbers.percent(mean));
    }
    return switch (analysis.unit()) {
      case CHANNELS -> table.toString();
      case PIXELS -> table + PIXELS;
    };
  }
}
