package io.espalier.data;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Puts the names of classes in the order of their labels. */
final class ClassNames {
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

  /** 0, 1, 2 … */
  static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }
}
