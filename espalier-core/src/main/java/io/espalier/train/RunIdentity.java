package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

  private static final Set<String> RATE = Set.of("learningRate", "schedule", "clipNorm");

  /** What differs in the learning rate, its schedule and clipping, in words. */
  List<String> rateDifferences(RunIdentity asked) {
    return optionDifferences(asked.options, true);
  }

  /** What else differs, in words. */
  List<String> differences(RunIdentity asked) {
    List<String> differences = optionDifferences(asked.options, false);
    addIf(!graph.equals(asked.graph), differences, "another network");
    addIf(!teacher.equals(asked.teacher), differences, "another teacher");
    addIf(!data.equals(asked.data), differences, "other data");
    addIf(
        !hook.equals(asked.hook), differences, "method '%s', now '%s'".formatted(hook, asked.hook));
    return differences;
  }

  private List<String> optionDifferences(JsonNode asked, boolean rate) {
    List<String> differences = new ArrayList<>();
    for (Map.Entry<String, JsonNode> option : asked.properties()) {
      JsonNode stored = options.path(option.getKey());
      addIf(
          RATE.contains(option.getKey()) == rate && !stored.equals(option.getValue()),
          differences,
          "%s %s, now %s".formatted(option.getKey(), stored, option.getValue()));
    }
    return differences;
  }

  private static void addIf(boolean differs, List<String> differences, String words) {
    if (differs) {
      differences.add(words);
    }
  }
}
