package io.espalier.method.search;

import io.espalier.method.search.SensitivityScan.Group;
import io.espalier.method.search.SensitivityScan.Point;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A scan as a plot: one line a channel group, from the first layers (blue) to the last (red). */
public final class ScanPlot {
  private static final Logger LOG = LoggerFactory.getLogger(ScanPlot.class);
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 600;
  private static final int NAMED = 24;
  private static final float FIRST_HUE = 0.62f;
  private static final float DARKNESS = 0.8f;

  private ScanPlot() {}

  /** The plot as SVG; empty if this machine has no fonts to measure texts with. */
  public static Optional<String> svg(SensitivityScan scan) {
    try {
      byte[] text = ChartEncoder.getBytes(chart(scan), "svg");
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } catch (RuntimeException | LinkageError withoutFonts) {
      // What the JDK throws without fonts differs from release to release.
      LOG.warn("no plot can be drawn: {}", withoutFonts.toString());
      return Optional.empty();
    }
  }

  private static XYChart chart(SensitivityScan scan) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("One group cut by %s, %d images".formatted(scan.criterion(), scan.images()))
            .xAxisTitle("units removed, %")
            .yAxisTitle("accuracy, %")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(100.0);
    List<Group> groups = scan.groups().stream().filter(g -> !g.points().isEmpty()).toList();
    // With many groups the legend names some of them, evenly.
    int every = Math.max(1, (groups.size() + NAMED - 1) / NAMED);
    for (int i = 0; i < groups.size(); i++) {
      double depth = groups.size() == 1 ? 0 : (double) i / (groups.size() - 1);
      add(chart, groups.get(i), scan.accuracy(), depth).setShowInLegend(i % every == 0);
    }
    return chart;
  }

  private static XYSeries add(XYChart chart, Group group, double uncut, double depth) {
    double[] removed =
        DoubleStream.concat(
                DoubleStream.of(0),
                group.points().stream().mapToDouble(p -> 100.0 * p.removed() / group.units()))
            .toArray();
    double[] accuracy =
        DoubleStream.concat(
                DoubleStream.of(100 * uncut),
                group.points().stream().mapToDouble(Point::accuracy).map(a -> 100 * a))
            .toArray();
    XYSeries line = chart.addSeries(group.name(), removed, accuracy);
    line.setMarker(SeriesMarkers.NONE);
    line.setLineStyle(new BasicStroke(1.5f));
    line.setLineColor(Color.getHSBColor((float) (FIRST_HUE * (1 - depth)), DARKNESS, DARKNESS));
    return line;
  }
}
