package io.espalier.method;

import java.math.BigDecimal;
import java.util.List;

/**
 * Something about a method that its user may choose.
 *
 * @param name as it is written in {@code --set name=value}
 * @param type what values it takes
 * @param initial the value that holds where none is given
 * @param allowed the values of a choice; empty for other types
 * @param meaning what it decides, in one sentence
 */
public record Setting(
    String name, Type type, String initial, List<String> allowed, String meaning) {
  /** What values a setting takes. */
  public enum Type {
    /** One of a few words. */
    CHOICE("one of"),
    /** A finite number. */
    NUMBER("a number"),
    /** A whole number. */
    INTEGER("a whole number"),
    /** true or false. */
    FLAG("true or false"),
    /** Any text, such as the name of a file. */
    TEXT("a text");

    private final String words;

    Type(String words) {
      this.words = words;
    }
  }

  public Setting {
    allowed = List.copyOf(allowed);
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException("a setting's name is lower-case, but got '" + name + "'");
    }
    if (!accepts(type, allowed, initial)) {
      throw new IllegalArgumentException(
          "'%s' is no value for setting '%s'".formatted(initial, name));
    }
  }

  /** A setting that takes one of {@code allowed}. */
  public static Setting choice(String name, String initial, List<String> allowed, String meaning) {
    return new Setting(name, Type.CHOICE, initial, allowed, meaning);
  }

  public static Setting number(String name, double initial, String meaning) {
    return new Setting(name, Type.NUMBER, decimal(initial), List.of(), meaning);
  }

  /** As people write it: 0.0001 and not 1.0E-4. */
  private static String decimal(double value) {
    String shortest = Double.toString(value);
    return shortest.contains("E")
        ? new BigDecimal(shortest).stripTrailingZeros().toPlainString()
        : shortest;
  }

  public static Setting integer(String name, long initial, String meaning) {
    return new Setting(name, Type.INTEGER, Long.toString(initial), List.of(), meaning);
  }

  public static Setting flag(String name, boolean initial, String meaning) {
    return new Setting(name, Type.FLAG, Boolean.toString(initial), List.of(), meaning);
  }

  /** A setting whose values the method itself makes sense of; {@code initial} is not blank. */
  public static Setting text(String name, String initial, String meaning) {
    return new Setting(name, Type.TEXT, initial, List.of(), meaning);
  }

  /** What values it takes, in words: {@code one of sum, mean}. */
  public String values() {
    return type == Type.CHOICE ? type.words + " " + String.join(", ", allowed) : type.words;
  }

  boolean accepts(String value) {
    return accepts(type, allowed, value);
  }

  private static boolean accepts(Type type, List<String> allowed, String value) {
    return switch (type) {
      case CHOICE -> allowed.contains(value);
      case FLAG -> value.equals("true") || value.equals("false");
      case INTEGER -> value.matches("[+-]?[0-9]{1,18}");
      case NUMBER -> isNumber(value);
      case TEXT -> !value.isBlank();
    };
  }

  private static boolean isNumber(String value) {
    try {
      return Double.isFinite(Double.parseDouble(value));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "%s=%s (%s)".formatted(name, initial, values());
  }
}
