package io.espalier.cli;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Framing;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.method.Spelling;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What training starts from.
 *
 * @param name short name for files and folders
 * @param graph the network
 * @param isNew whether its weights are random
 * @param data the images, in the size that the network reads
 * @param normalization how they are normalised
 * @param framing how they got their size
 */
record StartingPoint(
    String name,
    Graph graph,
    boolean isNew,
    DataSplits data,
    Normalization normalization,
    Framing framing) {

  /** A network of the zoo shaped after the data, or an ONNX file. */
  static StartingPoint of(
      String network, InputOption input, DataInput data, long seed, Output output) {
    Optional<Path> file = file(network);
    if (file.isEmpty()) {
      String name = network.toLowerCase(Locale.ROOT);
      DataSplits splits = data.open(output);
      Graph graph = Zoo.build(name, options(splits.forTraining(), seed));
      Normalization normalization = data.normalizationForNew(splits.forTraining());
      return new StartingPoint(name, graph, true, splits, normalization, data.framingForNew());
    }
    if (!Files.exists(file.get())) {
      throw new CliException(
          "there is no file %s, and no network of the zoo has that name; %s"
              .formatted(network, Spelling.hint(network, "the zoo has", Zoo.names())));
    }
    Graph graph = input.read(file.get());
    DataSplits splits = data.open(graph, output);
    Normalization normalization = data.normalization(graph, output);
    return new StartingPoint(
        OutputFile.stem(file.get()), graph, false, splits, normalization, data.framing(graph));
  }

  private static ZooOptions options(Dataset images, long seed) {
    int classes = images.classNames().size();
    if (classes == 0) {
      throw new CliException("the images have no classes to learn: give images with labels");
    }
    Shape shape = Shape.of(images.channels(), images.height(), images.width());
    return new ZooOptions(classes, shape, seed);
  }

  /** The file that {@code network} names; empty for a network of the zoo. */
  static Optional<Path> file(String network) {
    boolean known = Zoo.names().contains(network.toLowerCase(Locale.ROOT));
    return known ? Optional.empty() : Optional.of(Path.of(network));
  }

  /** Where the trained {@code network} goes if nobody says where. */
  static Path defaultOutput(String network) {
    return file(network)
        .map(file -> Path.of(OutputFile.stem(file) + "-trained.onnx"))
        .orElseGet(() -> Path.of(network.toLowerCase(Locale.ROOT) + ".onnx"));
  }
}
