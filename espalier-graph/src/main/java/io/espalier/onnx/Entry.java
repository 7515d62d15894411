package io.espalier.onnx;

/**
 * One element of a value that shape arithmetic computes: a number, or a size that is known only
 * when the network runs.
 *
 * @param number a Long or a Double
 * @param symbol the size's name or the formula it came from; empty for a number
 */
record Entry(Number number, String symbol) {
  private static final int LONGEST = 100;
  private static final String UNKNOWN = "?";

  static Entry of(long number) {
    return new Entry(number, "");
  }

  static Entry of(double number) {
    return new Entry(number, "");
  }

  /** A size by name or formula. Formulas have a bounded length, as a file may square and square. */
  static Entry symbol(String symbol) {
    return new Entry(-1L, symbol.length() <= LONGEST ? symbol : UNKNOWN);
  }

  /** True for the same number and for the same size by name. */
  boolean same(Entry other) {
    return isNumber()
        ? other.isNumber() && real() == other.real()
        : symbol.equals(other.symbol) && !symbol.equals(UNKNOWN);
  }

  boolean isNumber() {
    return symbol.isEmpty();
  }

  /** True for a size that came out of a computation or that the file does not name. */
  boolean isFormula() {
    return symbol.equals(UNKNOWN) || symbol.contains("(") || symbol.contains("#");
  }

  boolean is(long value) {
    return isNumber() && number.doubleValue() == value;
  }

  long whole() {
    return number.longValue();
  }

  double real() {
    return number.doubleValue();
  }

  /** The number or the symbol, for a formula. */
  String term() {
    return isNumber() ? number.toString() : symbol;
  }
}
