package io.espalier.method;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * What a stage came to. It may come from a file that somebody has edited or that is damaged.
 *
 * @param where the file and the stage in it, for messages
 * @param values what it holds
 */
record StageRecord(String where, JsonNode values) {
  /** JSON has no such numbers; they are written as text. */
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  StageRecord {
    require(values.isObject(), where, "is no object", values);
  }

  double number(String key) {
    JsonNode value = values.path(key);
    boolean fits = value.isNumber() || NOT_FINITE.contains(value.asText());
    require(fits, where, "needs a number '%s'".formatted(key), value);
    return value.asDouble();
  }

  int count(String key) {
    JsonNode value = values.path(key);
    boolean fits = value.canConvertToInt() && value.isIntegralNumber() && value.asInt() >= 0;
    require(fits, where, "needs a count '%s'".formatted(key), value);
    return value.asInt();
  }

  boolean flag(String key) {
    JsonNode value = values.path(key);
    require(value.isBoolean(), where, "needs true or false as '%s'".formatted(key), value);
    return value.asBoolean();
  }

  String text(String key) {
    JsonNode value = values.path(key);
    require(value.isTextual(), where, "needs a text '%s'".formatted(key), value);
    return value.asText();
  }

  /** Says in one line what is wrong with a file that Espalier wrote. */
  static void require(boolean fits, String where, String what, JsonNode got) {
    if (!fits) {
      String shown = got.isMissingNode() ? "nothing" : "%.60s".formatted(got);
      throw new MethodException(
          "%s: it %s, but holds %s; it was edited or damaged: delete the folder to start anew"
              .formatted(where, what, shown));
    }
  }
}
