package io.espalier.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.file.AtomicFile;
import io.espalier.graph.Tensor;
import io.espalier.surgery.PlanFile;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.RunFolder;
import io.espalier.train.TensorFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a prune has finished, stage by stage, in its folder or, without one, in memory. A stage that
 * is recorded is not done again; its plan is written before it is recorded.
 */
final class PruneStore {
  /** What the names of a method's own stages begin with. */
  static final String OWN = "own/";

  private static final int FORMAT = 1;
  private static final String KIND = "pruning";
  private static final String STAGES = "stages";
  private static final String ARRAYS = "arrays";

  private final Optional<RunFolder> folder;
  private final ObjectNode record;
  private final Map<String, PruningPlan> plans = new HashMap<>();
  private final Map<String, Map<String, Tensor>> arrays = new HashMap<>();

  private PruneStore(Optional<RunFolder> folder, ObjectNode record) {
    this.folder = folder;
    this.record = record;
  }

  static PruneStore inMemory() {
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    record.putObject(STAGES);
    return new PruneStore(Optional.empty(), record);
  }

  /**
   * Takes up the prune in {@code folder}, or starts it.
   *
   * @param asked what makes this prune this prune, in words by key
   * @throws MethodException if the folder holds another run
   */
  static PruneStore in(RunFolder folder, Map<String, String> asked) {
    Optional<JsonNode> found = folder.readRecord();
    if (found.isPresent()) {
      ObjectNode record = checked(folder, found.get());
      requireSame(folder, record.path("asked"), asked);
      return new PruneStore(Optional.of(folder), record);
    }
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    record.put("format", FORMAT).put("kind", KIND);
    ObjectNode entries = record.putObject("asked");
    asked.forEach(entries::put);
    record.set("versions", versions());
    record.putObject(STAGES);
    folder.record(record);
    return new PruneStore(Optional.of(folder), record);
  }

  /** {@code found} if it is the record of a prune, whatever is in its stages. */
  private static ObjectNode checked(RunFolder folder, JsonNode found) {
    String kind = found.path("kind").asText();
    if (!kind.isEmpty() && !kind.equals(KIND)) {
      throw new MethodException(
          "run folder %s holds another run (a %s): choose another folder"
              .formatted(folder.path(), kind));
    }
    String where = folder.recordFile().toString();
    StageRecord.require(found instanceof ObjectNode, where, "is no JSON object", found);
    JsonNode format = found.path("format");
    StageRecord.require(format.asInt() == FORMAT, where, "needs the format " + FORMAT, format);
    for (String key : List.of("asked", STAGES)) {
      JsonNode part = found.path(key);
      StageRecord.require(part.isObject(), where, "needs an object '%s'".formatted(key), part);
    }
    return (ObjectNode) found;
  }

  private static ObjectNode versions() {
    ObjectNode versions = JsonNodeFactory.instance.objectNode();
    String own = PruneStore.class.getPackage().getImplementationVersion();
    versions.put("espalier", own == null ? "development" : own);
    versions.put("java", Runtime.version().toString());
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return versions;
  }

  private static void requireSame(RunFolder folder, JsonNode stored, Map<String, String> asked) {
    List<String> differences = new ArrayList<>();
    asked.forEach(
        (key, value) -> {
          if (!stored.path(key).asText().equals(value)) {
            differences.add("%s %s, now %s".formatted(key, stored.path(key), value));
          }
        });
    if (!differences.isEmpty()) {
      throw new MethodException(
          "run folder %s holds another run (%s): choose another folder, or delete it to start anew"
              .formatted(folder.path(), String.join("; ", differences)));
    }
  }

  /** The folder of the training called {@code name}. */
  RunFolder training(String name) {
    return folder
        .orElseThrow(() -> new IllegalStateException("training needs a run folder"))
        .child(name);
  }

  /** What stage {@code name} came to: as recorded, or else made now and recorded. */
  JsonNode stage(String name, Supplier<ObjectNode> work) {
    ObjectNode stages = (ObjectNode) record.path(STAGES);
    if (!stages.has(name)) {
      stages.set(name, work.get());
      folder.ifPresent(f -> f.record(record));
    }
    return stages.path(name);
  }

  /** As {@link #stage}, for what is read by fields. */
  StageRecord fields(String name, Supplier<ObjectNode> work) {
    JsonNode values = stage(name, work);
    String file = folder.map(f -> f.recordFile() + ", ").orElse("");
    return new StageRecord("%sstage '%s'".formatted(file, name), values);
  }

  /** What stages of a method's own came to, by name. */
  ObjectNode records() {
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    record
        .path(STAGES)
        .forEachEntry(
            (name, result) -> {
              if (name.startsWith(OWN)) {
                own.set(name.substring(OWN.length()), result);
              }
            });
    return own;
  }

  /** The arrays called {@code name}: from the folder, or else made now and written. */
  Map<String, Tensor> arrays(String name, Supplier<Map<String, Tensor>> work) {
    Map<String, Tensor> kept = arrays.get(name);
    if (kept == null) {
      Optional<Path> file = folder.map(f -> f.path().resolve(name + ".tensors"));
      kept = file.filter(Files::exists).map(PruneStore::readArrays).orElseGet(work);
      if (file.isPresent() && !Files.exists(file.get())) {
        writeArrays(file.get(), kept);
      }
      arrays.put(name, kept);
    }
    return kept;
  }

  private static Map<String, Tensor> readArrays(Path file) {
    return TensorFile.read(file).section(ARRAYS);
  }

  private static void writeArrays(Path file, Map<String, Tensor> arrays) {
    JsonNode none = JsonNodeFactory.instance.objectNode();
    try {
      Files.createDirectories(file.getParent());
      TensorFile.write(file, new TensorFile.Content(none, Map.of(ARRAYS, arrays)));
    } catch (IOException failure) {
      throw new MethodException(
          "cannot write %s: %s".formatted(file, failure.getMessage()), failure);
    }
  }

  /** Writes a file for the user into the folder; without a folder, does nothing. */
  void write(String name, String text) {
    if (folder.isPresent()) {
      Path file = folder.get().path().resolve(name);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      try {
        AtomicFile.write(file, out -> out.write(bytes));
      } catch (IOException failure) {
        throw new MethodException(
            "cannot write %s: %s".formatted(file, failure.getMessage()), failure);
      }
    }
  }

  /** Keeps {@code plan} under {@code name}. */
  void keep(String name, PruningPlan plan) {
    plans.put(name, plan);
    if (folder.isPresent()) {
      try {
        PlanFile.write(plan, planFile(name));
      } catch (IOException failure) {
        throw new MethodException(
            "cannot write %s: %s".formatted(planFile(name), failure.getMessage()), failure);
      }
    }
  }

  /** The plan that was kept under {@code name}, also by the process before this one. */
  PruningPlan plan(String name) {
    return plans.computeIfAbsent(name, key -> read(planFile(name)));
  }

  private Path planFile(String name) {
    return folder.orElseThrow().path().resolve(name + ".json");
  }

  private static PruningPlan read(Path file) {
    try {
      return PlanFile.read(file);
    } catch (IOException failure) {
      throw new MethodException(
          "cannot read %s: %s".formatted(file, failure.getMessage()), failure);
    }
  }
}
