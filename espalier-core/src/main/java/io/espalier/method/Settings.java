package io.espalier.method;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The settings of one method with a value each: those that were given, and defaults. Immutable. */
public final class Settings {
  private final String method;
  private final Map<String, String> values;

  private Settings(String method, Map<String, String> values) {
    this.method = method;
    this.values = Collections.unmodifiableMap(values);
  }

  /** The settings of {@code info} without any that the user chose. */
  public static Settings defaults(MethodInfo info) {
    return of(info, Map.of());
  }

  /**
   * The settings of {@code info}.
   *
   * @param given what the user chose, by name
   * @throws IllegalArgumentException if a name or a value does not fit; the message is one line
   *     that lists the settings
   */
  public static Settings of(MethodInfo info, Map<String, String> given) {
    Map<String, String> values = new LinkedHashMap<>();
    info.settings().forEach(setting -> values.put(setting.name(), setting.initial()));
    given.forEach(
        (name, value) -> {
          require(info, info.setting(name).isPresent(), "no setting '%s'".formatted(name));
          Setting setting = info.setting(name).orElseThrow();
          String wrong = "setting '%s' is %s, but got '%s'";
          require(info, setting.accepts(value), wrong.formatted(name, setting.values(), value));
          values.put(name, value);
        });
    return new Settings(info.id(), values);
  }

  /**
   * Splits {@code key=value} texts; the last one of a key holds.
   *
   * @throws IllegalArgumentException if one has no {@code =}
   */
  public static Map<String, String> split(List<String> texts) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String text : texts) {
      int at = text.indexOf('=');
      if (at < 1) {
        throw new IllegalArgumentException(
            "a setting is written name=value, but got '%s'".formatted(text));
      }
      given.put(text.substring(0, at).strip(), text.substring(at + 1).strip());
    }
    return given;
  }

  private static void require(MethodInfo info, boolean holds, String problem) {
    if (!holds) {
      String known =
          info.settings().isEmpty()
              ? "it has none"
              : info.settings().stream().map(Setting::toString).collect(Collectors.joining("; "));
      throw new IllegalArgumentException(
          "method '%s': %s; settings: %s".formatted(info.id(), problem, known));
    }
  }

  /** The value of the choice {@code name}. */
  public String choice(String name) {
    return value(name);
  }

  /** The value of the number {@code name}. */
  public double number(String name) {
    return Double.parseDouble(value(name));
  }

  /** The value of the whole number {@code name}. */
  public long integer(String name) {
    return Long.parseLong(value(name));
  }

  /** The value of the flag {@code name}. */
  public boolean flag(String name) {
    return Boolean.parseBoolean(value(name));
  }

  /** The value of the text {@code name}. */
  public String text(String name) {
    return value(name);
  }

  /** Every setting's value by name, in the order in which the method declares them. */
  public Map<String, String> toMap() {
    return values;
  }

  private String value(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalStateException(
          "method '%s' declares no setting '%s'".formatted(method, name));
    }
    return value;
  }

  @Override
  public String toString() {
    return method + values;
  }
}
