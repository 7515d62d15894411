package io.espalier.graph;

/**
 * One dimension of a shape: a number, or a size that is known only when the network runs.
 *
 * @param size the number of positions, or -1 when it is not fixed
 * @param symbol the name of a size that is not fixed (two dimensions of one name are equal); empty
 *     for a fixed size and for a size about which nothing is known
 */
public record Dim(long size, String symbol) {
  public Dim {
    if (size < -1) {
      throw new IllegalArgumentException("dimension must be -1 or more, but got " + size);
    }
    if (size >= 0 && !symbol.isEmpty()) {
      throw new IllegalArgumentException("a fixed dimension has no symbol, but got " + symbol);
    }
  }

  /** A dimension of {@code size} positions. */
  public static Dim of(long size) {
    if (size < 0) {
      throw new IllegalArgumentException("a fixed dimension must be 0 or more, but got " + size);
    }
    return new Dim(size, "");
  }

  /** A size that has a name, such as the batch. */
  public static Dim symbol(String name) {
    return new Dim(-1, name);
  }

  /** A size about which nothing is known. */
  public static Dim unknown() {
    return new Dim(-1, "");
  }

  /** True when the number of positions is known. */
  public boolean isFixed() {
    return size >= 0;
  }

  @Override
  public String toString() {
    return isFixed() ? Long.toString(size) : symbol.isEmpty() ? "?" : symbol;
  }
}
