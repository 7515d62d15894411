package io.espalier.method.search;

import io.espalier.method.search.SensitivityScan.Group;
import io.espalier.method.search.SensitivityScan.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A scan as a table: one row a channel group, one column a tenth of its units removed. A cell is
 * the accuracy, in per cent, of the network from which at most that share of the group is gone.
 */
public final class ScanTable {
  private static final int TENTHS = 9;

  private ScanTable() {}

  /** What stands over the columns. */
  public static List<String> header() {
    List<String> header = new ArrayList<>(List.of("group", "units"));
    for (int tenth = 1; tenth <= TENTHS; tenth++) {
      header.add("-%d0 %%".formatted(tenth));
    }
    return List.copyOf(header);
  }

  /** The rows, in network order. */
  public static List<List<String>> rows(SensitivityScan scan) {
    return scan.groups().stream().map(ScanTable::row).toList();
  }

  private static List<String> row(Group group) {
    List<String> row = new ArrayList<>(List.of(group.name(), Integer.toString(group.units())));
    for (int tenth = 1; tenth <= TENTHS; tenth++) {
      row.add(at(group, tenth / 10.0).map(ScanTable::cell).orElse("-"));
    }
    return List.copyOf(row);
  }

  private static Optional<Point> at(Group group, double share) {
    return group.points().reversed().stream()
        .filter(point -> point.removed() <= share * group.units() + 1e-9)
        .findFirst();
  }

  private static String cell(Point point) {
    return String.format(Locale.ROOT, "%.1f", 100 * point.accuracy());
  }

  /**
   * Everything in Markdown.
   *
   * @param plot the file beside it that holds the plot, if there is one
   */
  public static String markdown(SensitivityScan scan, Optional<String> plot) {
    StringBuilder text = new StringBuilder("# Sensitivity\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Accuracy in per cent of the network with one channel group cut by `%s`, on %d images;"
                + " uncut %.1f.%n%n",
            scan.criterion(),
            scan.images(),
            100 * scan.accuracy()));
    plot.ifPresent(file -> text.append("![The same as a plot](%s)\n\n".formatted(file)));
    line(text, header());
    text.append("|---|").append("---:|".repeat(header().size() - 1)).append('\n');
    rows(scan).forEach(row -> line(text, row));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
