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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The images that networks are timed on, in turn. */
final class BenchImages {
  /** How many there are at most. */
  static final int COUNT = 64;

  private final DataInput data;
  private final BenchOptions options;
  private final Output output;

  BenchImages(DataInput data, BenchOptions options, Output output) {
    this.data = data;
    this.options = options;
    this.output = output;
  }

  /**
   * For each of {@code graphs}, which are those in {@code files}, the same images as its inputs,
   * normalised as it wants them.
   */
  List<List<Map<String, Tensor>>> of(List<Path> files, List<Graph> graphs) {
    Map<String, List<Dim>> wanted = sizes(graphs.getFirst());
    Dataset images = data.open(graphs.getFirst(), output).forEvaluation().limit(COUNT);
    List<List<Map<String, Tensor>>> inputs = new ArrayList<>();
    for (int i = 0; i < graphs.size(); i++) {
      Map<String, List<Dim>> own = sizes(graphs.get(i));
      if (!own.equals(wanted)) {
        throw CliException.misuse(
            "%s reads %s, but %s reads %s: images take turns only for networks that read the same"
                .formatted(files.get(i), own, files.getFirst(), wanted));
      }
      inputs.add(inputs(files.get(i), graphs.get(i), images));
    }
    return inputs;
  }

  /** The inputs of {@code graph} without their batch. */
  private static Map<String, List<Dim>> sizes(Graph graph) {
    Map<String, List<Dim>> sizes = new LinkedHashMap<>();
    graph
        .inputs()
        .forEach(
            port -> {
              List<Dim> dims = port.type().shape().dims();
              sizes.put(port.name(), dims.subList(Math.min(1, dims.size()), dims.size()));
            });
    return sizes;
  }

  private List<Map<String, Tensor>> inputs(Path file, Graph graph, Dataset images) {
    int batch = batch(file, graph);
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

  /** Samples in a run, as for random inputs. */
  private int batch(Path file, Graph graph) {
    try {
      Map<String, Tensor> random = RandomInputs.of(graph.inputs(), options.batch(), options.seed());
      return random.values().iterator().next().size(0);
    } catch (IllegalArgumentException wrong) {
      throw CliException.misuse("%s: %s".formatted(file, wrong.getMessage()));
    }
  }
}
