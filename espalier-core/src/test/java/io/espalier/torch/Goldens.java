package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.onnx.OnnxReader;
import io.espalier.testing.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Runs a file on libtorch and compares with outputs that another program computed. */
final class Goldens {
  private Goldens() {}

  /** Checks {@code model} on the inputs and outputs of {@code golden}, an .npz archive. */
  static void check(Path model, Path golden, NetOptions options, double tolerance)
      throws IOException {
    check(model, OnnxReader.read(model), Npy.readArchive(golden), options, tolerance);
  }

  /** As above, with the inputs' shapes fixed to those of the golden's. */
  static void checkAtFixedShape(Path model, Path golden, NetOptions options, double tolerance)
      throws IOException {
    Map<String, Tensor> arrays = Npy.readArchive(golden);
    Map<String, Shape> shapes = new HashMap<>();
    for (Port port : OnnxReader.read(model).inputs()) {
      shapes.put(port.name(), arrays.get(port.name()).valueType().shape());
    }
    check(model, OnnxReader.read(model, shapes), arrays, options, tolerance);
  }

  private static void check(
      Path model, Graph graph, Map<String, Tensor> arrays, NetOptions options, double tolerance) {
    Map<String, Tensor> outputs = run(graph, arrays, options);
    outputs.forEach(
        (name, output) -> assertClose(model + " " + name, arrays.get(name), output, tolerance));
  }

  static Map<String, Tensor> run(Graph graph, Map<String, Tensor> arrays, NetOptions options) {
    Map<String, Tensor> outputs = new HashMap<>();
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, options)) {
      Map<String, DeviceTensor> inputs = new HashMap<>();
      for (Port port : graph.inputs()) {
        inputs.put(port.name(), DeviceTensor.of(arrays.get(port.name())));
      }
      net.forward(inputs, Mode.EVAL, Taps.none())
          .forEach((name, output) -> outputs.put(name, output.toHost()));
    }
    return outputs;
  }

  /** Largest difference, as a share of the largest expected value or of 1. */
  static double difference(double[] expected, double[] actual) {
    double scale = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
    return IntStream.range(0, expected.length)
            .mapToDouble(i -> Math.abs(expected[i] - actual[i]))
            .map(d -> Double.isNaN(d) ? Double.POSITIVE_INFINITY : d)
            .max()
            .orElse(0)
        / scale;
  }

  static void assertClose(String what, Tensor expected, Tensor actual, double tolerance) {
    assertEquals(
        Arrays.toString(expected.shape()), Arrays.toString(actual.shape()), what + ": shape");
    double difference = difference(expected.toDoubles(), actual.toDoubles());
    assertEquals(0, difference, tolerance, what + ": largest difference");
  }
}
