package io.espalier.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {
  private static final String[] UNITS = {"", " K", " M", " G", " T"};
  private static final int SECONDS = 60;

  private Numbers() {}

  /** {@code 40.55 M}: three to four digits and a power of 1000. */
  static String count(long number) {
    return scaled(number, 1000, "");
  }

  /** {@code 1.06 MB}, in powers of 1000. */
  static String bytes(long number) {
    String text = scaled(number, 1000, "");
    return text.contains(" ") ? text + "B" : text + " B";
  }

  private static String scaled(double number, int base, String end) {
    int unit = 0;
    double rest = number;
    while (Math.abs(rest) >= base && unit < UNITS.length - 1) {
      rest /= base;
      unit++;
    }
    String pattern = unit == 0 ? "%.0f" : rest < 10 ? "%.3f" : rest < 100 ? "%.2f" : "%.1f";
    return format(pattern, rest) + UNITS[unit] + end;
  }

  /** {@code 49.9 %} of a share of 0.499. */
  static String percent(double share) {
    return Double.isFinite(share) ? format("%.1f %%", 100 * share) : "-";
  }

  /** {@code 49.90 %}: for accuracies. */
  static String accuracy(double share) {
    return format("%.2f %%", 100 * share);
  }

  /** {@code -0.62} of a change of -0.0062: percentage points. */
  static String points(double change) {
    return format("%+.2f", 100 * change);
  }

  /** {@code 1.98x}. */
  static String factor(double factor) {
    return Double.isFinite(factor) ? format("%.2fx", factor) : "-";
  }

  static String millis(double millis) {
    return format(millis < 1 ? "%.3f ms" : millis < 100 ? "%.2f ms" : "%.0f ms", millis);
  }

  static String rate(double perSecond) {
    return format(perSecond < 10 ? "%.1f" : "%.0f", perSecond);
  }

  /** {@code 1:02:03} or {@code 2:03}. */
  static String clock(double seconds) {
    long all = Math.round(seconds);
    long hours = all / (SECONDS * SECONDS);
    long minutes = all / SECONDS % SECONDS;
    return hours > 0
        ? format("%d:%02d:%02d", hours, minutes, all % SECONDS)
        : format("%d:%02d", minutes, all % SECONDS);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
