package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.torch.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A run's view of its folder: takes it up, adds lines, saves checkpoints. */
final class RunStore {
  private final RunFolder folder;
  private final RunIdentity identity;
  private final Metrics metrics;

  RunStore(RunFolder folder, RunIdentity identity) {
    this.folder = folder;
    this.identity = identity;
    this.metrics = folder.metrics();
  }

  RunIdentity identity() {
    return identity;
  }

  /**
   * The checkpoint to go on from, with the metrics cut back to it; empty for a new run, whose
   * record is then written.
   *
   * @throws TrainException if the folder holds another run
   */
  Optional<Checkpoint> takeUp(TrainJob job) {
    Optional<Checkpoint> latest = folder.latest();
    latest.ifPresent(checkpoint -> requireSameRun(checkpoint, job.mayChangeRate()));
    if (latest.isEmpty()) {
      folder.record(record(job));
    }
    try {
      metrics.truncate(latest.map(checkpoint -> checkpoint.position().metricsBytes()).orElse(0L));
    } catch (IOException failure) {
      throw failure(failure);
    }
    return latest;
  }

  private void requireSameRun(Checkpoint checkpoint, boolean mayChangeRate) {
    List<String> changes = checkpoint.identity().rateDifferences(identity);
    List<String> differences = new ArrayList<>(checkpoint.identity().differences(identity));
    if (!mayChangeRate) {
      differences.addAll(changes);
    }
    if (!differences.isEmpty()) {
      throw new TrainException(
          "run folder %s holds another run (%s): choose another folder, or delete it to start anew"
              .formatted(folder.path(), String.join("; ", differences)));
    }
    if (!changes.isEmpty()) {
      folder.recordChange(checkpoint.position(), changes);
    }
  }

  private JsonNode record(TrainJob job) {
    ObjectNode run = Json.MAPPER.createObjectNode();
    run.put("format", 1).put("kind", "training");
    run.set("options", job.options().toJson());
    run.put("optionsDigest", job.options().digest());
    run.put("seed", job.options().seed());
    run.put("graph", job.graph().name()).put("graphDigest", identity.graph());
    run.put("teacherDigest", identity.teacher());
    run.put("hook", identity.hook());
    ObjectNode data = run.putObject("data").put("digest", job.data().digest());
    data.put("train", job.data().train().size());
    data.put("validation", job.data().validation().size());
    data.put("test", job.data().test().size());
    data.put("normalization", job.normalization().toString());
    ObjectNode versions = run.putObject("versions").put("libtorch", Torch.version());
    versions.put("java", Runtime.version().toString());
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    String own = RunStore.class.getPackage().getImplementationVersion();
    versions.put("espalier", own == null ? "development" : own);
    return run;
  }

  /** The last line of a complete run. */
  static JsonNode testLine(Accuracy accuracy) {
    ObjectNode line = Json.MAPPER.createObjectNode().put("kind", "test");
    line.set("test", Json.MAPPER.valueToTree(accuracy));
    return line;
  }

  void append(JsonNode line) {
    try {
      metrics.append(line);
    } catch (IOException failure) {
      throw failure(failure);
    }
  }

  long metricsBytes() {
    try {
      return metrics.size();
    } catch (IOException failure) {
      throw failure(failure);
    }
  }

  List<EpochMetrics> history() {
    try {
      return metrics.lines().stream()
          .filter(EpochMetrics::isEpoch)
          .map(EpochMetrics::fromJson)
          .toList();
    } catch (IOException failure) {
      throw failure(failure);
    }
  }

  void save(Checkpoint checkpoint) {
    folder.save(checkpoint);
  }

  private TrainException failure(IOException failure) {
    return RunFolder.failure("cannot write " + folder.metricsFile(), failure);
  }
}
