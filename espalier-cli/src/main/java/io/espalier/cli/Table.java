package io.espalier.cli;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A table for a terminal: the first columns to the left, those named as numbers to the right. */
final class Table {
  private static final int WIDEST = 80;
  private static final int PROSE = 60;
  private static final int PADDING = 1;

  private final List<Column> columns = new ArrayList<>();
  private final List<Boolean> prose = new ArrayList<>();
  private final List<String[]> rows = new ArrayList<>();

  private Table() {}

  /**
   * A table; a header that starts with {@code >} stands over a column of numbers, one that starts
   * with {@code ~} over sentences, which go on in the next line where they are long.
   */
  static Table of(String... headers) {
    Table table = new Table();
    for (String header : headers) {
      boolean number = header.startsWith(">");
      boolean sentences = header.startsWith("~");
      table.prose.add(sentences);
      HorizontalAlign align = number ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT;
      table.columns.add(
          new Column()
              .header(number || sentences ? header.substring(1) : header)
              .headerAlign(align)
              .dataAlign(align)
              .maxWidth((sentences ? PROSE : WIDEST) + 2 * PADDING));
    }
    return table;
  }

  Table row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "a row needs %d cells, but got %s".formatted(columns.size(), Arrays.toString(cells)));
    }
    rows.add(
        IntStream.range(0, cells.length)
            .mapToObj(i -> prose.get(i) ? String.valueOf(cells[i]) : text(cells[i]))
            .toArray(String[]::new));
    return this;
  }

  /** The end of a long name tells more than its beginning. */
  private static String text(Object cell) {
    String text = String.valueOf(cell);
    int more = text.length() - WIDEST;
    return more > 0 ? "..." + text.substring(more + 3) : text;
  }

  @Override
  public String toString() {
    return AsciiTable.getTable(
        AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS_NO_OUTSIDE_BORDER,
        columns.toArray(Column[]::new),
        rows.toArray(String[][]::new));
  }
}
