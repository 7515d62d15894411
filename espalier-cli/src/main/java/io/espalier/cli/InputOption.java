package io.espalier.cli;

import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.onnx.OnnxReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Fixes input sizes that a file leaves open. */
final class InputOption {
  @Option(
      names = "--input",
      paramLabel = "[NAME=]CxHxW",
      description = {
        "Size of an input that the file leaves open, such as 3x224x224; with several inputs"
            + " NAME=3x224x224, once for each."
      })
  private List<String> sizes = new ArrayList<>();

  /** What was asked for, for a run record. */
  List<String> texts() {
    return List.copyOf(sizes);
  }

  /** The network in {@code file}, its inputs fixed. */
  Graph read(Path file) {
    Graph graph = OnnxReader.read(file);
    return sizes.isEmpty() ? graph : OnnxReader.read(file, shapes(graph));
  }

  /** The sizes by the name of the input of {@code graph}. */
  Map<String, Shape> shapes(Graph graph) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String text : sizes) {
      int equals = text.lastIndexOf('=');
      Port port = equals < 0 ? onlyInput(graph) : input(graph, text.substring(0, equals));
      shapes.put(port.name(), shape(text.substring(equals + 1), port, text));
    }
    return shapes;
  }

  private static Port onlyInput(Graph graph) {
    if (graph.inputs().size() != 1) {
      throw CliException.misuse(
          "--input: %s has the inputs %s, so give NAME=CxHxW"
              .formatted(graph.name(), names(graph)));
    }
    return graph.inputs().getFirst();
  }

  private static Port input(Graph graph, String name) {
    return graph.inputs().stream()
        .filter(port -> port.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                CliException.misuse(
                    "--input: %s has no input '%s', only %s"
                        .formatted(graph.name(), name, names(graph))));
  }

  private static List<String> names(Graph graph) {
    return graph.inputs().stream().map(Port::name).toList();
  }

  private static Shape shape(String text, Port port, String option) {
    List<Dim> dims = new ArrayList<>();
    try {
      Arrays.stream(text.split("x", -1)).map(Long::parseLong).map(Dim::of).forEach(dims::add);
    } catch (IllegalArgumentException wrong) {
      throw CliException.misuse(
          "--input '%s': expected whole numbers with x between, such as 3x224x224"
              .formatted(option));
    }
    int rank = port.type().shape().rank();
    if (dims.size() == rank - 1) {
      dims.addFirst(Dim.unknown());
    }
    if (dims.size() != rank) {
      throw CliException.misuse(
          "--input '%s': input '%s' is %s, so give %d or %d numbers"
              .formatted(option, port.name(), port.type().shape(), rank - 1, rank));
    }
    return new Shape(dims);
  }
}
