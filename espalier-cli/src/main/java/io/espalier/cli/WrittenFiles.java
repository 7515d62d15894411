package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.graph.Graph;
import io.espalier.onnx.OnnxWriter;
import io.espalier.surgery.PlanFile;
import io.espalier.surgery.PruningPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The three files of a prune.
 *
 * @param network the smaller network
 * @param plan what went
 * @param record what was asked and what came out
 */
record WrittenFiles(Path network, Path plan, Path record) {
  private interface Step {
    void run() throws IOException;
  }

  /** The names that belong to {@code network}, all of which can be written. */
  static WrittenFiles check(Path network, boolean force) {
    return new WrittenFiles(
        OutputFile.check(network, force),
        OutputFile.check(OutputFile.beside(network, ".plan.json"), force),
        OutputFile.check(OutputFile.beside(network, ".run.json"), force));
  }

  /** Writes the network and its plan; if one fails, neither stays. */
  void write(Graph graph, PruningPlan what) throws IOException {
    boolean isNew = Files.notExists(network);
    OnnxWriter.write(graph, network);
    orElseDelete(() -> PlanFile.write(what, plan), isNew ? List.of(network) : List.of());
  }

  /** Writes the record; the prune is complete with it. */
  void write(ObjectNode run) throws IOException {
    Path part = record.resolveSibling("." + record.getFileName() + ".part");
    orElseDelete(
        () -> {
          Files.writeString(part, Output.text(run) + "\n");
          Files.move(part, record, StandardCopyOption.REPLACE_EXISTING);
        },
        List.of(part));
  }

  private static void orElseDelete(Step step, List<Path> files) throws IOException {
    boolean done = false;
    try {
      step.run();
      done = true;
    } finally {
      if (!done) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
