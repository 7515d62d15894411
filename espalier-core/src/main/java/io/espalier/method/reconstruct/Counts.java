package io.espalier.method.reconstruct;

import io.espalier.method.Settings;

/** Settings that count something. */
final class Counts {
  private static final long MOST = 100_000_000;

  private Counts() {}

  /**
   * The count {@code name}.
   *
   * @throws IllegalArgumentException if it is not from 1 to 100 million
   */
  static int of(String method, Settings settings, String name) {
    long count = settings.integer(name);
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException(
          "method '%s': %s must be from 1 to %d, but got %d".formatted(method, name, MOST, count));
    }
    return Math.toIntExact(count);
  }
}
