package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What makes two runs the same run: a checkpoint serves only the run that it was made by.
 *
 * @param options the training options, as JSON
 * @param graph digest of the network at the start
 * @param teacher digest of the teacher; empty if there is none
 * @param data digest of the training images and how they are normalised
 * @param hook what the hook says about itself
 */
record RunIdentity(JsonNode options, String graph, String teacher, String data, String hook) {
  RunIdentity {
    options = Json.parsed(options);
  }

  /** What differs, in words; empty if nothing does. */
  List<String> differences(RunIdentity asked) {
    List<String> differences = new ArrayList<>();
    addOptions(differences, asked.options);
    addIf(!graph.equals(asked.graph), differences, "another network");
    addIf(!teacher.equals(asked.teacher), differences, "another teacher");
    addIf(!data.equals(asked.data), differences, "other data");
    addIf(
        !hook.equals(asked.hook), differences, "method '%s', now '%s'".formatted(hook, asked.hook));
    return differences;
  }

  private void addOptions(List<String> differences, JsonNode asked) {
    for (Map.Entry<String, JsonNode> option : asked.properties()) {
      JsonNode stored = options.path(option.getKey());
      if (!stored.equals(option.getValue())) {
        differences.add("%s %s, now %s".formatted(option.getKey(), stored, option.getValue()));
      }
    }
  }

  private static void addIf(boolean differs, List<String> differences, String words) {
    if (differs) {
      differences.add(words);
    }
  }
}
