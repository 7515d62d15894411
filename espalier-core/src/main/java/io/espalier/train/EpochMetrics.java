package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 */
public record EpochMetrics(
    int epoch,
    long step,
    double learningRate,
    double loss,
    double trainAccuracy,
    double imagesPerSecond,
    double waitShare,
    Optional<Accuracy> validation) {
  private static final String KIND = "epoch";

  JsonNode toJson() {
    ObjectNode line = Json.MAPPER.createObjectNode().put("kind", KIND).put("epoch", epoch);
    line.put("step", step).put("learningRate", learningRate);
    putFinite(line, "loss", loss);
    putFinite(line, "trainAccuracy", trainAccuracy);
    putFinite(line, "imagesPerSecond", imagesPerSecond);
    putFinite(line, "waitShare", waitShare);
    validation.ifPresent(accuracy -> line.set("validation", Json.MAPPER.valueToTree(accuracy)));
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
            : Optional.of(Json.MAPPER.convertValue(accuracy, Accuracy.class)));
  }

  /** JSON has no NaN: what is not a number is left out. */
  private static void putFinite(ObjectNode line, String key, double value) {
    if (Double.isFinite(value)) {
      line.put(key, value);
    }
  }
}
