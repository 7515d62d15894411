package io.espalier.cli;

import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.dynamic.GateAnalysis;
import io.espalier.dynamic.GateAnalysisFiles;
import io.espalier.dynamic.SampleRunner;
import io.espalier.graph.Graph;
import io.espalier.latency.OrtOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Which channels a dynamic network used for which images, as files and as a table. */
final class GateReport {
  private GateReport() {}

  /**
   * Runs each of {@code images} by itself in ONNX Runtime.
   *
   * @return the files in {@code folder}
   * @throws io.espalier.dynamic.DynamicException if {@code graph} does not take one image at a time
   */
  static List<String> write(
      Graph graph, Dataset images, Normalization normalization, Path folder, Output output)
      throws IOException {
    try (SampleRunner runner = SampleRunner.of(graph, OrtOptions.fast(1))) {
      GateAnalysis analysis = GateAnalysis.of(runner, images, normalization, output.progress());
      List<Path> written = GateAnalysisFiles.write(analysis, images, folder);
      output.print(LayerUse.table(analysis));
      output.print("wrote %d files to %s".formatted(written.size(), folder));
      return written.stream().map(Path::toString).toList();
    }
  }
}
