package io.espalier.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/** The file of a {@link Checkpoint}, a {@link TensorFile} with its position and identity. */
final class CheckpointFile {
  private CheckpointFile() {}

  static void write(Path file, Checkpoint checkpoint) throws IOException {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.set("position", Json.MAPPER.valueToTree(checkpoint.position()));
    json.set("identity", Json.MAPPER.valueToTree(checkpoint.identity()));
    json.set("hook", checkpoint.hook());
    TensorFile.write(file, new TensorFile.Content(json, checkpoint.sections()));
  }

  /**
   * Reads a checkpoint.
   *
   * @throws TrainException if the file is damaged or is no checkpoint
   */
  static Checkpoint read(Path file) {
    TensorFile.Content content = TensorFile.read(file);
    JsonNode json = content.json();
    try {
      return new Checkpoint(
          Json.MAPPER.treeToValue(json.path("position"), Checkpoint.Position.class),
          Json.MAPPER.treeToValue(json.path("identity"), RunIdentity.class),
          content.sections(),
          json.path("hook"));
    } catch (JsonProcessingException | RuntimeException damage) {
      String reason = String.valueOf(damage.getMessage()).lines().findFirst().orElse("");
      throw new TrainException(
          "%s cannot be read: %s".formatted(file.getFileName(), reason), damage);
    }
  }
}
