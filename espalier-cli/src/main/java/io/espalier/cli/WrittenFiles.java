package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.file.AtomicFile;
import io.espalier.graph.Graph;
import io.espalier.onnx.OnnxWriter;
import io.espalier.surgery.PlanFile;
import io.espalier.surgery.PruningPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The three files of a prune.
 *
 * @param network the smaller network
 * @param plan what went
 * @param record what was asked and what came out
 */
record WrittenFiles(Path network, Path plan, Path record) {
  /** Makes the record once the size of the network's file is known. */
  interface RecordWriter {
    ObjectNode write(long networkBytes) throws IOException;
  }

  /** The names that belong to {@code network}. */
  static WrittenFiles of(Path network) {
    return new WrittenFiles(
        network, OutputFile.beside(network, ".plan.json"), OutputFile.beside(network, ".run.json"));
  }

  /** Refuses where one of them cannot be written; see {@link OutputFile#check}. */
  void requireWritable(boolean force) {
    Stream.of(network, plan, record).forEach(file -> OutputFile.check(file, force));
  }

  /** Writes all three. If one fails, those that were not there before do not stay. */
  void write(Graph graph, PruningPlan what, RecordWriter run) throws IOException {
    List<Path> fresh = Stream.of(network, plan, record).filter(Files::notExists).toList();
    boolean done = false;
    try {
      OnnxWriter.write(graph, network);
      PlanFile.write(what, plan);
      String text = Output.text(run.write(Files.size(network))) + "\n";
      AtomicFile.write(record, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
      done = true;
    } finally {
      if (!done) {
        for (Path file : fresh) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public String toString() {
    return "%s, %s, %s".formatted(network, plan, record);
  }
}
