package io.espalier.method.sparse;

import io.espalier.method.Settings;

/** Settings that have a range. */
final class Ranges {
  private Ranges() {}

  static long integer(String method, Settings settings, String name, long least, long most) {
    long value = settings.integer(name);
    require(
        value >= least && value <= most,
        method,
        "%s must be from %d to %d, but got %d".formatted(name, least, most, value));
    return value;
  }

  static double positive(String method, Settings settings, String name) {
    double value = settings.number(name);
    require(value > 0, method, "%s must be above 0, but got %s".formatted(name, value));
    return value;
  }

  static double notNegative(String method, Settings settings, String name) {
    double value = settings.number(name);
    require(value >= 0, method, "%s must be 0 or more, but got %s".formatted(name, value));
    return value;
  }

  /** A share of a whole that is not all of it. */
  static double share(String method, Settings settings, String name) {
    double value = settings.number(name);
    require(
        value >= 0 && value < 1,
        method,
        "%s must be from 0 to below 1, but got %s".formatted(name, value));
    return value;
  }

  private static void require(boolean holds, String method, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("method '%s': %s".formatted(method, problem));
    }
  }
}
