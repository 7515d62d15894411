package io.espalier.cost;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The written form of a {@link Budget}. */
final class BudgetText {
  private static final Pattern FORM =
      Pattern.compile("(\\w+)\\s*=\\s*(\\d+(?:\\.\\d+)?|\\.\\d+)\\s*(%|x|ms|us|s|[kmgKMGB]?)");

  private BudgetText() {}

  static Budget parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw bad(text, "is not of the form quantity=limit");
    }
    BigDecimal number = new BigDecimal(form.group(2));
    String unit = form.group(3);
    try {
      return form.group(1).toLowerCase(Locale.ROOT).equals("latency")
          ? latency(text, number, unit)
          : counted(text, quantity(text, form.group(1)), number, unit);
    } catch (ArithmeticException e) {
      throw bad(text, "is out of range");
    }
  }

  /** Up to 6 significant digits, without an exponent or trailing zeros. */
  static String plain(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(6, RoundingMode.HALF_UP));
    return rounded.stripTrailingZeros().toPlainString();
  }

  private static Budget latency(String text, BigDecimal number, String unit) {
    double value = number.doubleValue();
    return switch (unit) {
      case "x" -> checked(text, () -> new Budget.LatencyFactor(value));
      case "ms" -> checked(text, () -> new Budget.LatencyMillis(value));
      case "us" -> checked(text, () -> new Budget.LatencyMillis(value / 1e3));
      case "s" -> checked(text, () -> new Budget.LatencyMillis(value * 1e3));
      default -> throw bad(text, "needs a latency in ms or a speed-up with x");
    };
  }

  private static Budget counted(
      String text, Budget.Quantity quantity, BigDecimal number, String unit) {
    return switch (unit) {
      case "%" ->
          checked(text, () -> new Budget.Share(quantity, number.movePointLeft(2).doubleValue()));
      case "x" -> checked(text, () -> new Budget.Share(quantity, 1 / number.doubleValue()));
      case "ms", "us", "s" -> throw bad(text, "gives a time for a count");
      default -> {
        if (unit.isEmpty() && number.scale() > 0) {
          throw bad(text, "is not a whole count (a share is written with %)");
        }
        long most = number.multiply(scale(unit)).setScale(0, RoundingMode.FLOOR).longValueExact();
        yield checked(text, () -> new Budget.Absolute(quantity, most));
      }
    };
  }

  private static BigDecimal scale(String unit) {
    return switch (unit) {
      case "k", "K" -> BigDecimal.valueOf(1_000);
      case "m", "M" -> BigDecimal.valueOf(1_000_000);
      case "g", "G", "B" -> BigDecimal.valueOf(1_000_000_000);
      default -> BigDecimal.ONE;
    };
  }

  private static Budget.Quantity quantity(String text, String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "macs" -> Budget.Quantity.MACS;
      case "params", "parameters" -> Budget.Quantity.PARAMS;
      case "units" -> Budget.Quantity.UNITS;
      default -> throw bad(text, "limits '" + word + "', not macs, params or units");
    };
  }

  private static Budget checked(String text, java.util.function.Supplier<Budget> make) {
    try {
      return make.get();
    } catch (IllegalArgumentException e) {
      throw bad(text, "is out of range (" + e.getMessage() + ")");
    }
  }

  private static IllegalArgumentException bad(String text, String why) {
    return new IllegalArgumentException(
        "budget '%s' %s; write for example macs=50%%, params=40%%, units=30%%, macs=20M or macs=2x"
            .formatted(text, why));
  }
}
