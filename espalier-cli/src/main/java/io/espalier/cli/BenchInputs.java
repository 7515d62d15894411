package io.espalier.cli;

import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.RandomInputs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What networks are timed on: images in turn, or one random input. */
final class BenchInputs {
  /** How many images there are at most. */
  static final int COUNT = 64;

  private final DataInput data;
  private final BenchOptions options;
  private final Output output;

  BenchInputs(DataInput data, BenchOptions options, Output output) {
    this.data = data;
    this.options = options;
    this.output = output;
  }

  /**
   * For each of {@code graphs}, which are those in {@code files}, its inputs: one random one, or
   * the same images for all, normalised as each wants them.
   */
  List<List<Map<String, Tensor>>> of(List<Path> files, List<Graph> graphs) {
    Optional<Dataset> images = data.given() ? Optional.of(images(files, graphs)) : Optional.empty();
    List<List<Map<String, Tensor>>> inputs = new ArrayList<>();
    for (int i = 0; i < graphs.size(); i++) {
      Path file = files.get(i);
      Graph graph = graphs.get(i);
      Map<String, Tensor> random = random(file, graph);
      inputs.add(
          images.map(all -> inTurn(file, graph, all, batch(random))).orElse(List.of(random)));
    }
    return inputs;
  }

  private Dataset images(List<Path> files, List<Graph> graphs) {
    List<List<Dim>> wanted = sizes(graphs.getFirst());
    for (int i = 1; i < graphs.size(); i++) {
      List<List<Dim>> own = sizes(graphs.get(i));
      if (!own.equals(wanted)) {
        throw CliException.misuse(
            "%s reads %s, but %s reads %s: images take turns only for networks that read the same"
                .formatted(files.get(i), own, files.getFirst(), wanted));
      }
    }
    return data.open(graphs.getFirst(), output).forEvaluation().limit(COUNT);
  }

  /** The inputs of {@code graph} without their batch. */
  private static List<List<Dim>> sizes(Graph graph) {
    return graph.inputs().stream()
        .map(port -> port.type().shape().dims())
        .map(dims -> dims.subList(Math.min(1, dims.size()), dims.size()))
        .toList();
  }

  private List<Map<String, Tensor>> inTurn(Path file, Graph graph, Dataset images, int batch) {
    String name = graph.inputs().getFirst().name();
    List<Map<String, Tensor>> inputs = new ArrayList<>();
    try (BatchStream stream =
        Batches.evaluation(images, data.normalization(graph, output), batch).all()) {
      for (int i = 0; i < images.size() / batch; i++) {
        inputs.add(Map.of(name, ExportImages.tensor(stream.next())));
      }
    }
    if (inputs.isEmpty()) {
      throw CliException.misuse(
          "%s runs %d images at once, but there are %d (%d at most): give more images%s"
              .formatted(
                  file,
                  batch,
                  images.size(),
                  COUNT,
                  options.batch() > 0 ? ", or a smaller --batch" : ""));
    }
    return inputs;
  }

  private Map<String, Tensor> random(Path file, Graph graph) {
    try {
      return RandomInputs.of(graph.inputs(), options.batch(), options.seed());
    } catch (IllegalArgumentException wrong) {
      throw new CliException("%s: no input can be made: %s".formatted(file, wrong.getMessage()));
    }
  }

  private static int batch(Map<String, Tensor> input) {
    return input.values().iterator().next().size(0);
  }
}
