package io.espalier.graph;

/** Checks and words that the records of this package share. */
final class Require {
  private Require() {}

  static void positive(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be 1 or more, but got " + value);
    }
  }

  /** {@code SUM_SQUARE} to {@code SumSquare}; L1 and L2 stay. */
  static String camel(String constant) {
    StringBuilder name = new StringBuilder();
    for (String word : constant.split("_")) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
    }
    return name.toString();
  }
}
