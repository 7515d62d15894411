package io.espalier.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.DataType;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.testing.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrtNetTest {
  static final Path FIXTURES = Path.of("src/test/resources/fixtures");

  @ParameterizedTest
  @CsvSource({"resnet, false", "resnet, true", "two_in_two_out, false", "external_data, true"})
  void run_ofFixture_matchesGolden(String name, boolean optimized) throws IOException {
    Map<String, Tensor> golden = Npy.readArchive(FIXTURES.resolve(name + ".npz"));
    try (OrtNet net = OrtNet.load(fixture(name), new OrtOptions(optimized, 1))) {
      Map<String, Tensor> results = net.run(feeds(net, golden));
      assertEquals(net.outputs().stream().map(Port::name).toList(), names(results));
      results.forEach((output, value) -> assertClose(golden.get(output), value, 1e-4));
    }
  }

  @Test
  void run_ofHalfPrecisionNet_takesAndGivesHalf() throws IOException {
    Map<String, Tensor> golden = Npy.readArchive(FIXTURES.resolve("half_all.npz"));
    try (OrtNet net = OrtNet.load(fixture("half_all"), OrtOptions.plain())) {
      Tensor input = golden.get("input");
      Tensor half = Tensor.of(DataType.FLOAT16, input.shape(), input.toDoubles());
      Tensor logits = net.run(Map.of("input", half)).get("logits");
      assertEquals(DataType.FLOAT16, logits.type());
      assertClose(golden.get("logits"), logits, 1e-2);
    }
  }

  @Test
  void run_ofFloats_isTheSameFromBytes() throws IOException {
    Tensor input = Npy.readArchive(FIXTURES.resolve("resnet.npz")).get("input");
    byte[] bytes = Files.readAllBytes(fixture("resnet"));
    try (OrtNet fromFile = OrtNet.load(fixture("resnet"), OrtOptions.plain());
        OrtNet fromBytes = OrtNet.load(bytes, "bytes", OrtOptions.plain())) {
      float[] expected = fromFile.run(input.toFloats(), input.shape());
      assertEquals(20, expected.length);
      assertEquals(
          Tensor.floats(new int[] {20}, expected),
          Tensor.floats(new int[] {20}, fromBytes.run(input.toFloats(), input.shape())));
    }
  }

  @Test
  void inputs_ofFixture_haveDeclaredShapes() {
    try (OrtNet net = OrtNet.load(fixture("resnet"), OrtOptions.plain())) {
      Port input = net.inputs().getFirst();
      assertEquals("input", input.name());
      assertEquals(DataType.FLOAT, input.type().type());
      assertFalse(input.type().shape().dim(0).isFixed());
      assertEquals(3, input.type().shape().size(1));
    }
  }

  @Test
  void run_ofWrongShape_namesNetworkInOneLine() {
    try (OrtNet net = OrtNet.load(fixture("resnet"), OrtOptions.plain())) {
      Exception e = assertThrows(OrtNetException.class, () -> net.run(new float[12], 1, 3, 2, 2));
      assertTrue(e.getMessage().contains("resnet.onnx: cannot be run"), e.getMessage());
      assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
  }

  @Test
  void run_ofMissingInput_listsInputs() {
    try (OrtNet net = OrtNet.load(fixture("siamese"), OrtOptions.plain())) {
      Tensor image = Tensor.floats(new int[] {1, 3, 32, 32}, new float[3072]);
      Exception e = assertThrows(OrtNetException.class, () -> net.run(Map.of("input", image)));
      assertTrue(e.getMessage().contains("needs the inputs [input, input2]"), e.getMessage());
      assertThrows(OrtNetException.class, () -> net.run(image.toFloats(), 1, 3, 32, 32));
    }
  }

  @Test
  void run_ofUnsupportedType_namesInput() {
    try (OrtNet net = OrtNet.load(fixture("resnet"), OrtOptions.plain())) {
      Tensor odd = Tensor.of(DataType.UINT64, new int[] {1, 3, 64, 64}, new double[12288]);
      Exception e = assertThrows(OrtNetException.class, () -> net.run(Map.of("input", odd)));
      assertTrue(e.getMessage().contains("input 'input'"), e.getMessage());
    }
  }

  @Test
  void load_ofGarbage_saysOneLine(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("bad.onnx"), new byte[] {1, 2, 3});
    Exception e = assertThrows(OrtNetException.class, () -> OrtNet.load(file, OrtOptions.plain()));
    assertTrue(e.getMessage().startsWith(file + ": ONNX Runtime cannot load it"), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void load_ofMissingFile_saysSo() {
    Path file = Path.of("no/such.onnx");
    Exception e = assertThrows(OrtNetException.class, () -> OrtNet.load(file, OrtOptions.plain()));
    assertEquals("no/such.onnx: there is no such file", e.getMessage());
  }

  static Path fixture(String name) {
    return FIXTURES.resolve(name + ".onnx");
  }

  private static Map<String, Tensor> feeds(OrtNet net, Map<String, Tensor> golden) {
    Map<String, Tensor> feeds = new HashMap<>();
    net.inputs().forEach(port -> feeds.put(port.name(), golden.get(port.name())));
    return feeds;
  }

  private static List<String> names(Map<String, Tensor> values) {
    return new ArrayList<>(values.keySet());
  }

  private static void assertClose(Tensor expected, Tensor actual, double tolerance) {
    double[] a = expected.toDoubles();
    double[] b = actual.toDoubles();
    assertEquals(a.length, b.length);
    for (int i = 0; i < a.length; i++) {
      assertEquals(a[i], b[i], tolerance * Math.max(1, Math.abs(a[i])));
    }
  }
}
