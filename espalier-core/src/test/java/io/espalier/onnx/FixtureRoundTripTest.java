package io.espalier.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.testing.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of real exporters: read, written and run in ONNX Runtime, with the exporter's own output.
 */
class FixtureRoundTripTest {
  private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

  static List<Path> fixtures() throws IOException {
    return networks(FIXTURES);
  }

  static List<Path> sharedModels() throws IOException {
    return networks(Path.of(System.getProperty("espalier.shared", "../../shared"), "models"));
  }

  private static List<Path> networks(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void written_runInOnnxRuntime_givesTheGoldenOutput(Path file) throws Exception {
    check(file, Npy.readArchive(golden(file)));
  }

  @ParameterizedTest
  @MethodSource("sharedModels")
  @Tag("shared")
  void publishedResNet_runInOnnxRuntime_givesTheGoldenOutput(Path file) throws Exception {
    String name = file.getFileName().toString().replaceFirst("-(bn|folded)\\.onnx", "-golden.npz");
    check(file, Npy.readArchive(file.resolveSibling(name)));
  }

  /** NAME.npz, which a folded network shares. */
  private static Path golden(Path file) {
    String name = file.getFileName().toString().replaceFirst("(-folded)?\\.onnx$", ".npz");
    return file.resolveSibling(name);
  }

  private static void check(Path file, Map<String, Tensor> golden) throws Exception {
    Graph graph = OnnxReader.read(file);
    byte[] written = OnnxWriter.toBytes(graph);
    assertEquals(graph, OnnxReader.read(written), "reader and writer are not inverse");

    Map<String, Tensor> inputs = new HashMap<>();
    for (Port port : graph.inputs()) {
      Tensor array = golden.get(port.name());
      inputs.put(port.name(), Tensor.of(port.type().type(), array.shape(), array.toDoubles()));
    }
    Map<String, Tensor> original = OrtRun.of(file, inputs);
    Map<String, Tensor> again = OrtRun.of(written, inputs);
    for (Port port : graph.outputs()) {
      assertClose(original.get(port.name()), again.get(port.name()), 1e-6);
      boolean half = port.type().type() == DataType.FLOAT16;
      assertClose(golden.get(port.name()), again.get(port.name()), half ? 1e-2 : 1e-4);
    }
  }

  private static void assertClose(Tensor expected, Tensor got, double tolerance) {
    assertEquals(List.of(expected.valueType().shape()), List.of(got.valueType().shape()));
    double[] a = expected.toDoubles();
    double[] b = got.toDoubles();
    double largest = 1;
    for (double value : a) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < a.length; i++) {
      assertTrue(Math.abs(a[i] - b[i]) <= tolerance * largest, i + ": " + a[i] + " and " + b[i]);
    }
  }
}
