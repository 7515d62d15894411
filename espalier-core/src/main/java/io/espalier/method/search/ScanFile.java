package io.espalier.method.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.method.MethodException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Scans as JSON. */
public final class ScanFile {
  private static final long LIMIT_BYTES = 64L << 20;
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private ScanFile() {}

  /** {@code scan} as indented text. */
  public static String toJson(SensitivityScan scan) {
    return toTree(scan).toPrettyString() + "\n";
  }

  /** {@code scan} as a JSON object. */
  public static ObjectNode toTree(SensitivityScan scan) {
    return MAPPER.valueToTree(scan);
  }

  /**
   * Reads a scan.
   *
   * @throws MethodException if {@code json} is no scan
   */
  public static SensitivityScan fromJson(String json) {
    try {
      SensitivityScan scan = MAPPER.readValue(json, SensitivityScan.class);
      if (scan == null) {
        throw new MethodException("not a scan: it is empty");
      }
      return scan;
    } catch (JsonProcessingException problem) {
      throw new MethodException(
          "not a scan: " + problem.getOriginalMessage().lines().findFirst().orElse(""), problem);
    }
  }

  /**
   * Reads a scan.
   *
   * @throws MethodException if the file cannot be read or is no scan
   */
  public static SensitivityScan read(Path file) {
    try {
      long size = Files.size(file);
      if (size > LIMIT_BYTES) {
        throw new MethodException("it has %d bytes, more than any scan".formatted(size));
      }
      return fromJson(Files.readString(file));
    } catch (CharacterCodingException binary) {
      throw new MethodException("scan %s: not a scan: it is no text".formatted(file), binary);
    } catch (IOException failure) {
      throw new MethodException(
          "scan %s: cannot be read: %s".formatted(file, failure.getMessage()), failure);
    } catch (MethodException problem) {
      throw new MethodException("scan %s: %s".formatted(file, problem.getMessage()), problem);
    }
  }
}
