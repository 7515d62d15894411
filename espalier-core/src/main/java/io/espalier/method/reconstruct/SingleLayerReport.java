package io.espalier.method.reconstruct;

import io.espalier.method.reconstruct.SingleLayerStudy.Result;
import io.espalier.method.reconstruct.SingleLayerStudy.Row;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Studies of several layers of one network as tables and a plot.
 *
 * @param results one a layer, all with the same choices and speed-ups
 */
record SingleLayerReport(List<Result> results) {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 500;
  private static final float LIGHT = 0.75f;

  SingleLayerReport {
    results = List.copyOf(results);
    if (results.isEmpty()) {
      throw new IllegalArgumentException("a report needs one layer or more");
    }
  }

  /** By text of the row and speed-up, the mean over the layers. */
  private Map<String, Map<Double, Double>> means(ToDoubleFunction<Row> value) {
    Map<String, Map<Double, Double>> means = new LinkedHashMap<>();
    for (Result result : results) {
      for (Row row : result.rows()) {
        means
            .computeIfAbsent(row.text(), key -> new TreeMap<>())
            .merge(row.speedup(), value.applyAsDouble(row) / results.size(), Double::sum);
      }
    }
    return means;
  }

  /** The result that {@code row} is of. */
  private Result of(Row row) {
    return results.stream().filter(result -> result.rows().contains(row)).findFirst().orElseThrow();
  }

  /** The means over the layers, then what each layer lost, in Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    table(text, "top-1 points lost, mean of the layers", "%.2f", row -> of(row).top1Lost(row));
    table(text, "top-5 points lost, mean of the layers", "%.2f", row -> of(row).top5Lost(row));
    table(text, "cross-entropy gained, mean of the layers", "%.3f", row -> of(row).lossGained(row));
    table(text, "error of the layer, mean of the layers", "%.3f", Row::error);
    for (Result result : results) {
      String head = "`%s`, %d inputs: top-1 points lost".formatted(result.layer(), result.inputs());
      new SingleLayerReport(List.of(result)).table(text, head, "%.2f", result::top1Lost);
    }
    return text.toString();
  }

  private void table(StringBuilder text, String head, String format, ToDoubleFunction<Row> value) {
    Map<String, Map<Double, Double>> means = means(value);
    List<String> speedups =
        means.values().iterator().next().keySet().stream().map("%sx"::formatted).toList();
    line(text, head, speedups);
    line(text, "---", speedups.stream().map(each -> "---:").toList());
    means.forEach(
        (row, cells) ->
            line(
                text,
                row,
                cells.values().stream()
                    .map(cell -> String.format(Locale.ROOT, format, cell))
                    .toList()));
    text.append('\n');
  }

  private static void line(StringBuilder text, String first, List<String> cells) {
    text.append("| ").append(first);
    cells.forEach(cell -> text.append(" | ").append(cell));
    text.append(" |\n");
  }

  /** Mean of the points lost over the layers, as SVG. */
  String svg() {
    String layers = results.size() == 1 ? results.getFirst().layer() : results.size() + " layers";
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("One layer at a time, mean of " + layers)
            .xAxisTitle("times fewer inputs of the layer")
            .yAxisTitle("top-1 points lost")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    Map<String, Map<Double, Double>> means = means(row -> of(row).top1Lost(row));
    Map<String, Row> rows = new LinkedHashMap<>();
    results.getFirst().rows().forEach(row -> rows.putIfAbsent(row.text(), row));
    rows.forEach((name, row) -> add(chart, row, means.get(name)));
    try {
      return new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** A colour for each choice; dashes where nothing was fitted. */
  private static void add(XYChart chart, Row row, Map<Double, Double> points) {
    float hue = (float) row.choice().ordinal() / SingleLayerStudy.Choice.values().length;
    Color color = Color.getHSBColor(hue, 1, LIGHT);
    float[] dash = row.fitted() ? null : new float[] {6, 4};
    XYSeries line =
        chart.addSeries(row.text(), List.copyOf(points.keySet()), List.copyOf(points.values()));
    line.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color).setLineColor(color);
    line.setLineStyle(
        new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0));
  }
}
