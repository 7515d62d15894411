package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an epoch came to: one line of {@code metrics.jsonl}.
 *
 * @param epoch 1 for the first
 * @param step steps of the whole run at its end
 * @param learningRate rate of its last step
 * @param loss mean loss over its images
 * @param trainAccuracy share of labelled images that were right as they were trained on; NaN
 *     without labels
 * @param imagesPerSecond images over the time of the steps
 * @param waitShare share of that time spent waiting for data
 * @param validation accuracy on the validation split, if it was evaluated
 * @param figures what the run's hook adds
 */
public record EpochMetrics(
    int epoch,
    long step,
    double learningRate,
    double loss,
    double trainAccuracy,
    double imagesPerSecond,
    double waitShare,
    Optional<Accuracy> validation,
    Map<String, Double> figures) {
  private static final String KIND = "epoch";

  public EpochMetrics {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }

  JsonNode toJson() {
    ObjectNode line = Json.MAPPER.createObjectNode().put("kind", KIND).put("epoch", epoch);
    line.put("step", step).put("learningRate", learningRate);
    putFinite(line, "loss", loss);
    putFinite(line, "trainAccuracy", trainAccuracy);
    putFinite(line, "imagesPerSecond", imagesPerSecond);
    putFinite(line, "waitShare", waitShare);
    validation.ifPresent(accuracy -> line.set("validation", Json.MAPPER.valueToTree(accuracy)));
    if (!figures.isEmpty()) {
      ObjectNode more = line.putObject("figures");
      figures.forEach((name, value) -> putFinite(more, name, value));
    }
    return line;
  }

  static boolean isEpoch(JsonNode line) {
    return line.path("kind").asText().equals(KIND);
  }

  static EpochMetrics fromJson(JsonNode line) {
    JsonNode accuracy = line.path("validation");
    return new EpochMetrics(
        line.path("epoch").asInt(),
        line.path("step").asLong(),
        line.path("learningRate").asDouble(Double.NaN),
        line.path("loss").asDouble(Double.NaN),
        line.path("trainAccuracy").asDouble(Double.NaN),
        line.path("imagesPerSecond").asDouble(Double.NaN),
        line.path("waitShare").asDouble(Double.NaN),
        accuracy.isMissingNode()
            ? Optional.empty()
            : Optional.of(Json.MAPPER.convertValue(accuracy, Accuracy.class)),
        figures(line.path("figures")));
  }

  private static Map<String, Double> figures(JsonNode json) {
    Map<String, Double> figures = new LinkedHashMap<>();
    json.properties().forEach(entry -> figures.put(entry.getKey(), entry.getValue().asDouble()));
    return figures;
  }

  /** JSON has no NaN: what is not a number is left out. */
  private static void putFinite(ObjectNode line, String key, double value) {
    if (Double.isFinite(value)) {
      line.put(key, value);
    }
  }
}
