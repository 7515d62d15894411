package io.espalier.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Puts the names of classes in the order of their labels. */
final class ClassNames {
  private static final int MAX_BYTES = 1 << 20;
  private static final String NUMBER = "\\d{1,9}";

  private ClassNames() {}

  /** Sorted: by value where all are numbers, else by character code. */
  static List<String> sorted(Collection<String> names) {
    Comparator<String> order = Comparator.naturalOrder();
    if (names.stream().allMatch(name -> name.matches(NUMBER))) {
      order = Comparator.<String>comparingInt(Integer::parseInt).thenComparing(order);
    }
    return names.stream().distinct().sorted(order).toList();
  }

  /**
   * The names in a text file, one a line, or numbers where there is no such file.
   *
   * @throws DataException where the file does not name {@code count} classes
   */
  static List<String> read(Path file, int count) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
      return numbered(count);
    }
    List<String> names =
        Files.readAllLines(file).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
    if (names.size() != count) {
      throw new DataException(
          "%s: names %d classes, but the labels need %d".formatted(file, names.size(), count));
    }
    return names;
  }

  /** 0, 1, 2 … */
  static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }
}
