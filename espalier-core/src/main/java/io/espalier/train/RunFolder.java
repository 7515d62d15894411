package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.file.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run: {@code run.json} (what was asked), {@code metrics.jsonl} (what came out, one
 * line an epoch) and the last two checkpoints. Every file is whole at any moment, so that the run
 * can be killed anywhere and taken up again by asking for the same run in the same folder.
 */
public final class RunFolder {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
  private static final String ENDING = ".ckpt";
  private static final int KEPT = 2;

  private final Path path;

  private RunFolder(Path path) {
    this.path = path;
  }

  /** The run folder at {@code path}, which is made when the run starts. */
  public static RunFolder at(Path path) {
    return new RunFolder(path);
  }

  /** The folder of a run that is a part of this one. */
  public RunFolder child(String name) {
    return at(path.resolve(name));
  }

  public Path path() {
    return path;
  }

  /** The file with one JSON object an epoch. */
  public Path metricsFile() {
    return path.resolve("metrics.jsonl");
  }

  /** The file that says what was asked. */
  public Path recordFile() {
    return path.resolve("run.json");
  }

  /** Whether a run has left a checkpoint here. */
  public boolean hasCheckpoint() {
    return !checkpointFiles().isEmpty();
  }

  Metrics metrics() {
    return new Metrics(metricsFile());
  }

  /** Keeps other processes and threads out of a folder until it is closed. */
  public record Lock(FileChannel channel) implements AutoCloseable {
    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException failure) {
        LOG.warn("cannot give a run folder free: {}", failure.getMessage());
      }
    }
  }

  /**
   * Makes the folder, takes it for one run and deletes what an interrupted write left in it.
   *
   * @throws TrainException if another run has it
   */
  public Lock lock() {
    try {
      Files.createDirectories(path);
      FileChannel channel =
          FileChannel.open(
              path.resolve("run.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw new TrainException("run folder %s is in use by another run".formatted(path));
      }
      sweep();
      return new Lock(channel);
    } catch (IOException failure) {
      throw failure("cannot use run folder " + path, failure);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException heldHere) {
      return false;
    }
  }

  /** What {@code run.json} says; empty if there is none. */
  public Optional<JsonNode> readRecord() {
    if (!Files.exists(recordFile())) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.readTree(recordFile().toFile()));
    } catch (IOException failure) {
      throw failure("cannot read " + recordFile(), failure);
    }
  }

  /** Writes {@code run.json} under a temporary name, syncs and renames it. */
  public void record(JsonNode run) {
    byte[] text = (run.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      AtomicFile.write(recordFile(), out -> out.write(text));
    } catch (IOException failure) {
      throw failure("cannot write " + recordFile(), failure);
    }
  }

  /** Adds to {@code run.json} that the run goes on from {@code position} with other options. */
  void recordChange(Checkpoint.Position position, List<String> changes) {
    try {
      ObjectNode run = (ObjectNode) Json.MAPPER.readTree(recordFile().toFile());
      ObjectNode change = run.withArray("changes").addObject();
      change.put("epoch", position.epoch()).put("step", position.step());
      change.put("what", String.join("; ", changes));
      record(run);
    } catch (IOException | ClassCastException failure) {
      throw failure("cannot read " + recordFile(), failure);
    }
  }

  /** Writes a checkpoint and deletes all but the last two. */
  void save(Checkpoint checkpoint) {
    Checkpoint.Position at = checkpoint.position();
    Path file = path.resolve("epoch-%05d-step-%07d%s".formatted(at.epoch(), at.step(), ENDING));
    try {
      CheckpointFile.write(file, checkpoint);
      List<Path> files = checkpointFiles();
      for (Path old : files.subList(Math.min(KEPT, files.size()), files.size())) {
        Files.deleteIfExists(old);
      }
    } catch (IOException failure) {
      throw failure("cannot write checkpoint " + file, failure);
    }
  }

  /**
   * The newest checkpoint that is whole; damaged ones after it are set aside.
   *
   * @throws TrainException if there are checkpoints and none is whole
   */
  Optional<Checkpoint> latest() {
    Map<Path, TrainException> damaged = new LinkedHashMap<>();
    for (Path file : checkpointFiles()) {
      try {
        Checkpoint checkpoint = CheckpointFile.read(file);
        damaged.forEach(RunFolder::setAside);
        return Optional.of(checkpoint);
      } catch (TrainException damage) {
        damaged.put(file, damage);
      }
    }
    if (!damaged.isEmpty()) {
      TrainException first = damaged.values().iterator().next();
      throw new TrainException(
          "no checkpoint in %s can be read (%s); delete the folder to start anew"
              .formatted(path, first.getMessage()),
          first);
    }
    return Optional.empty();
  }

  private static void setAside(Path file, TrainException damage) {
    LOG.warn("{}; going on from the one before", damage.getMessage());
    try {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".damaged"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failure) {
      throw failure("cannot set aside " + file, failure);
    }
  }

  /** Deletes what an interrupted write left. */
  private void sweep() {
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.filter(RunFolder::isTemporary).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failure) {
      throw failure("cannot clear " + path, failure);
    }
  }

  /** The checkpoints, newest first. */
  private List<Path> checkpointFiles() {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> file.toString().endsWith(ENDING))
          .sorted(Comparator.comparing(Path::getFileName).reversed())
          .toList();
    } catch (IOException failure) {
      throw failure("cannot read run folder " + path, failure);
    }
  }

  private static boolean isTemporary(Path file) {
    return file.toString().endsWith(AtomicFile.TEMPORARY);
  }

  static TrainException failure(String what, Exception failure) {
    String reason = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return new TrainException("%s: %s".formatted(what, reason), failure);
  }
}
