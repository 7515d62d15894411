package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.graph.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything a run needs to go on as if it had never stopped.
 *
 * @param position where the run stands
 * @param identity which run it is
 * @param sections tensors by name, by section: weights, buffers, optimizer, random, hook
 * @param hook the JSON part of the hook's state
 */
record Checkpoint(
    Position position,
    RunIdentity identity,
    Map<String, Map<String, Tensor>> sections,
    JsonNode hook) {
  static final String WEIGHTS = "weights";
  static final String BUFFERS = "buffers";
  static final String OPTIMIZER = "optimizer";
  static final String RANDOM = "random";
  static final String HOOK = "hook";

  /**
   * Where a run stands.
   *
   * @param epoch epochs that are complete
   * @param step steps taken in the epoch after them
   * @param totals sums over those steps
   * @param learningRate rate of the last step
   * @param metricsBytes length of the metrics file
   */
  record Position(int epoch, int step, EpochTotals totals, double learningRate, long metricsBytes) {
    Position {
      if (epoch < 0 || step < 0 || metricsBytes < 0) {
        throw new IllegalArgumentException(
            "epoch, step and length must be 0 or more, but got %d, %d and %d"
                .formatted(epoch, step, metricsBytes));
      }
    }
  }

  Checkpoint {
    Map<String, Map<String, Tensor>> copy = new LinkedHashMap<>();
    sections.forEach(
        (name, tensors) ->
            copy.put(name, Collections.unmodifiableMap(new LinkedHashMap<>(tensors))));
    sections = Collections.unmodifiableMap(copy);
  }

  /** The tensors of {@code name}; empty if there are none. */
  Map<String, Tensor> section(String name) {
    return sections.getOrDefault(name, Map.of());
  }
}
