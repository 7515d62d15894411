package io.espalier.dynamic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Descriptions of gates as JSON in a file's metadata. What is read may come from anywhere. */
final class MetadataJson {
  /** The format that this version writes and reads. */
  static final int FORMAT = 1;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private MetadataJson() {}

  static String write(Object description) {
    try {
      return MAPPER.writeValueAsString(description);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("gates are always representable", e);
    }
  }

  /**
   * Reads the entry {@code key}.
   *
   * @throws DynamicException if {@code json} is no such description
   */
  static <T> T read(String key, String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw wrong(key, e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
  }

  static DynamicException wrong(String key, String reason, Exception cause) {
    return new DynamicException(
        "metadata '%s' is no description of gates: %s".formatted(key, reason), cause);
  }

  static void requireFormat(int format) {
    if (format != FORMAT) {
      throw new DynamicException(
          "the description of the gates has format %d, but this version reads %d"
              .formatted(format, FORMAT));
    }
  }
}
