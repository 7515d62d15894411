package io.espalier.surgery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.espalier.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plans as JSON files. */
public final class PlanFile {
  private static final long LIMIT_BYTES = 512L << 20;
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private PlanFile() {}

  public static String toJson(PruningPlan plan) {
    try {
      return MAPPER.writeValueAsString(plan);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a plan is always representable", e);
    }
  }

  /**
   * Reads a plan.
   *
   * @throws PlanException if {@code json} is not a plan
   */
  public static PruningPlan fromJson(String json) {
    try {
      PruningPlan plan = MAPPER.readValue(json, PruningPlan.class);
      if (plan == null) {
        throw new PlanException("the plan is empty");
      }
      return plan;
    } catch (JsonProcessingException e) {
      throw new PlanException(
          "not a plan: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    } catch (NullPointerException e) {
      throw new PlanException("not a plan: a field is missing", e);
    }
  }

  /** Writes {@code plan} under a temporary name, syncs and renames it. */
  public static void write(PruningPlan plan, Path file) throws IOException {
    byte[] text = (toJson(plan) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(text));
  }

  /**
   * Reads a plan.
   *
   * @throws PlanException if the file is no plan
   */
  public static PruningPlan read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > LIMIT_BYTES) {
      throw new PlanException("'%s' has %d bytes, more than any plan".formatted(file, size));
    }
    try {
      return fromJson(Files.readString(file));
    } catch (PlanException e) {
      throw new PlanException("'%s': %s".formatted(file, e.getMessage()), e);
    }
  }
}
