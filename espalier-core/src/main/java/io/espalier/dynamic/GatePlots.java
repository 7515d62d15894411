package io.espalier.dynamic;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link GateAnalysis} as pictures in SVG; empty where this machine has no fonts. */
final class GatePlots {
  private static final Logger LOG = LoggerFactory.getLogger(GatePlots.class);
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 500;
  private static final int BINS = 50;
  private static final int LABEL_HEIGHT = 26;

  /** More than a label, because the library leaves a margin inside its frame. */
  private static final int ROW_HEIGHT = 30;

  private static final int FRAME_HEIGHT = 120;

  private GatePlots() {}

  /** Channels that are never, sometimes and always pruned, one bar a layer. */
  static Optional<String> layers(GateAnalysis analysis) {
    return svg(
        () -> {
          CategoryChart chart = bars("channels of each layer", "layer", "channels, %");
          chart.getStyler().setStacked(true).setLegendPosition(Styler.LegendPosition.OutsideE);
          chart.getStyler().setXAxisLabelRotation(60);
          chart
              .getStyler()
              .setSeriesColors(
                  new Color[] {new Color(0x2b6cb0), new Color(0xf6ad55), new Color(0xcbd5e0)});
          List<String> names = analysis.layers().stream().map(GateAnalysis.Layer::name).toList();
          series(chart, "never pruned", names, analysis, GateAnalysis.Layer::always);
          series(chart, "sometimes pruned", names, analysis, GateAnalysis.Layer::sometimes);
          series(chart, "always pruned", names, analysis, GateAnalysis.Layer::never);
          return chart;
        });
  }

  private static void series(
      CategoryChart chart,
      String name,
      List<String> layers,
      GateAnalysis analysis,
      ToIntFunction<GateAnalysis.Layer> count) {
    List<Double> shares =
        analysis.layers().stream()
            .map(layer -> 100.0 * count.applyAsInt(layer) / layer.open().size())
            .toList();
    chart.addSeries(name, layers, shares);
  }

  /** How many images use which share of the gated channels. */
  static Optional<String> utilisation(GateAnalysis analysis) {
    return svg(
        () -> {
          CategoryChart chart =
              bars(
                  "%s in use".formatted(unit(analysis)),
                  "gated %s in use, %%".formatted(unit(analysis)),
                  "images");
          chart.getStyler().setLegendVisible(false);
          chart.getStyler().setXAxisLabelRotation(60);
          int[] counts = GateAnalysisFiles.utilisation(analysis, BINS);
          List<Integer> percent =
              IntStream.range(0, BINS).map(b -> b * 100 / BINS).boxed().toList();
          chart.addSeries("images", percent, IntStream.of(counts).boxed().toList());
          return chart;
        });
  }

  /** Channels by category, of the layer in which most of them depend on the image. */
  static Optional<String> classes(GateAnalysis analysis) {
    GateAnalysis.Layer layer =
        analysis.layers().stream()
            .max(Comparator.comparingInt(GateAnalysis.Layer::sometimes))
            .orElseThrow();
    return svg(
        () -> {
          HeatMapChart chart =
              new HeatMapChartBuilder()
                  .width(WIDTH)
                  .height(Math.max(HEIGHT, rowsHeight(analysis.classes().size())))
                  .title(
                      "share of a category's %s that use a channel, layer %s"
                          .formatted(
                              switch (analysis.unit()) {
                                case CHANNELS -> "images";
                                case PIXELS -> "pixels";
                              },
                              layer.name()))
                  .xAxisTitle("channel")
                  .build();
          chart.getStyler().setChartBackgroundColor(Color.WHITE);
          chart.getStyler().setMin(0).setMax(1);
          // The library goes by the x axis' hint on the y axis of categories too.
          chart.getStyler().setXAxisTickMarkSpacingHint(LABEL_HEIGHT);
          List<Integer> channels = IntStream.range(0, layer.open().size()).boxed().toList();
          List<Number[]> cells = new ArrayList<>();
          for (int y = 0; y < analysis.classes().size(); y++) {
            for (int c : channels) {
              double share = layer.openByClass().get(y).get(c);
              cells.add(new Number[] {c, y, Double.isNaN(share) ? 0 : share});
            }
          }
          chart.addSeries("share", channels, analysis.classes(), cells);
          return chart;
        });
  }

  /** High enough for the name of every category. */
  private static int rowsHeight(int rows) {
    return FRAME_HEIGHT + rows * ROW_HEIGHT;
  }

  private static String unit(GateAnalysis analysis) {
    return analysis.unit().name().toLowerCase(Locale.ROOT);
  }

  private static CategoryChart bars(String title, String x, String y) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    return chart;
  }

  /** Makes a chart; measuring texts needs fonts. */
  private interface Drawing {
    Chart<?, ?> draw();
  }

  private static Optional<String> svg(Drawing drawing) {
    try {
      byte[] text = ChartEncoder.getBytes(drawing.draw(), "svg");
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } catch (RuntimeException | LinkageError withoutFonts) {
      // What the JDK throws without fonts differs from release to release.
      LOG.warn("no plot can be drawn: {}", withoutFonts.toString());
      return Optional.empty();
    }
  }
}
