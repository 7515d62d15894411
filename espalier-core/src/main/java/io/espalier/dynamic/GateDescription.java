package io.espalier.dynamic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.espalier.graph.Graph;
import java.util.List;

/** The gates of a network as JSON, in the metadata of its file. */
record GateDescription(int format, String variant, List<Gate> gates) {
  /** The key of the metadata entry. */
  static final String KEY = "espalier.dynamic";

  private static final int FORMAT = 1;
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  static String write(Variant variant, List<Gate> gates) {
    try {
      return MAPPER.writeValueAsString(new GateDescription(FORMAT, variant.id(), gates));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("gates are always representable", e);
    }
  }

  static DynamicNet read(Graph graph, String json) {
    try {
      GateDescription found = MAPPER.readValue(json, GateDescription.class);
      if (found.format != FORMAT) {
        throw new DynamicException(
            "the description of the gates has format %d, but this version reads %d"
                .formatted(found.format, FORMAT));
      }
      return new DynamicNet(graph, Variant.of(found.variant), found.gates);
    } catch (JsonProcessingException e) {
      throw new DynamicException(
          "metadata '%s' is no description of gates: %s"
              .formatted(KEY, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new DynamicException(
          "metadata '%s' is no description of gates: %s".formatted(KEY, e.getMessage()), e);
    }
  }
}
