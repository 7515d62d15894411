package io.espalier.cli;

import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.RandomInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What networks are timed on: images in turn, or one random input. */
final class BenchInputs {
  /** How many images take turns. */
  static final int COUNT = 64;

  private final DataInput data;
  private final BenchOptions options;
  private final Output output;
  private Dataset opened;

  BenchInputs(DataInput data, BenchOptions options, Output output) {
    this.data = data;
    this.options = options;
    this.output = output;
  }

  /** One or more, each with a tensor for every input of {@code graph}. */
  List<Map<String, Tensor>> of(Graph graph) {
    if (!data.given()) {
      return List.of(RandomInputs.of(graph.inputs(), options.batch(), options.seed()));
    }
    if (opened == null) {
      opened = data.open(graph, output).forEvaluation().limit(COUNT);
    }
    int batch = batch(graph);
    List<Map<String, Tensor>> inputs = new ArrayList<>();
    try (BatchStream stream =
        Batches.evaluation(opened, data.normalization(graph, output), batch).all()) {
      for (int i = 0; i < opened.size() / batch; i++) {
        Tensor images = ExportImages.tensor(stream.next());
        inputs.add(Map.of(graph.inputs().getFirst().name(), images));
      }
    }
    if (inputs.isEmpty()) {
      throw CliException.misuse(
          "a run takes %d images, but there are %d: give a smaller --batch or more images"
              .formatted(batch, opened.size()));
    }
    return inputs;
  }

  private int batch(Graph graph) {
    Dim declared = graph.inputs().getFirst().type().shape().dim(0);
    if (options.batch() > 0) {
      return options.batch();
    }
    return declared.isFixed() ? Math.toIntExact(declared.size()) : 1;
  }
}
