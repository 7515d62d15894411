package io.espalier.onnx;

import static io.espalier.onnx.TestModel.bare;
import static io.espalier.onnx.TestModel.integers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.espalier.graph.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BadFileTest {
  @TempDir Path folder;

  private static TestModel conv(Tensor weight) {
    return new TestModel(13)
        .input("x", "N", 3, 8, 8)
        .weight("w", weight)
        .node("Conv", "x w", "y")
        .output("y", "N", 4, 6, 6);
  }

  private static TestModel huge(Long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName("w").setDataType(1);
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return new TestModel(13).input("x", 1).weight(tensor).node("Add", "x w", "y").output("y", 1);
  }

  static Stream<Arguments> files() {
    TestModel functions = new TestModel(13).input("x", 1).output("y", 1).node("F", "x", "y");
    functions.model.addFunctions(FunctionProto.newBuilder().setName("F"));
    TestModel sparse = new TestModel(13).input("x", 1).output("x", 1);
    sparse.graph.addSparseInitializer(SparseTensorProto.getDefaultInstance());
    return Stream.of(
        Arguments.of(new TestModel(6).input("x", 1).output("x", 1), "opset 7 or newer"),
        Arguments.of(new TestModel(13), "no outputs"),
        Arguments.of(functions, "function F"),
        Arguments.of(sparse, "sparse"),
        Arguments.of(
            new TestModel(13)
                .input("x", 1)
                .node("Add", "x b", "a")
                .node("Relu", "a", "b")
                .output("b", 1),
            "cycle"),
        Arguments.of(
            new TestModel(13).input("x", 1).node("Add", "x gone", "y").output("y", 1),
            "'gone' is never defined"),
        Arguments.of(
            new TestModel(13).input("x", 1).node("Add", "x two\nlines", "y").output("y", 1),
            "'two lines' is never defined"),
        Arguments.of(
            new TestModel(13)
                .input("x", 1)
                .node("Relu", "x", "y")
                .node("Neg", "x", "y")
                .output("y", 1),
            "defined twice"),
        Arguments.of(
            conv(Tensor.floats(new int[] {4, 5, 1, 1}, new float[20])), "expected 5, got 3"),
        Arguments.of(conv(Tensor.floats(new int[] {4, 3}, new float[12])), "weight"),
        Arguments.of(huge(1L << 30, 1L << 30), "2 GB"),
        Arguments.of(huge(1L << 20), "expected 1048576, got 0"),
        Arguments.of(huge(-3L), "impossible size"),
        Arguments.of(
            new TestModel(13)
                .input("x", 1, 1, 4, 4)
                .node("MaxPool", "x", "y", integers("kernel_shape", 2L, 0L))
                .output("y", 1),
            "kernel must be 1 or more"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void file_thatIsNoNetwork_isRefusedInOneLineThatSaysWhy(TestModel model, String part) {
    RuntimeException error = assertThrows(IllegalArgumentException.class, model::read);
    assertTrue(error.getMessage().contains(part), error.getMessage());
    assertFalse(error.getMessage().contains("\n"), error.getMessage());
  }

  @Test
  void path_thatIsNoFile_isRefusedWithItsName() {
    Path missing = folder.resolve("missing.onnx");
    RuntimeException error = assertThrows(OnnxException.class, () -> OnnxReader.read(missing));
    assertEquals(missing + ": there is no such file", error.getMessage());
  }

  private Path external(String location, String... more) throws IOException {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(1)
            .addDims(4)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", location));
    for (int i = 0; i < more.length; i += 2) {
      tensor.addExternalData(entry(more[i], more[i + 1]));
    }
    TestModel model =
        new TestModel(13).input("x", 4).weight(tensor).node("Add", "x w", "y").output("y", 4);
    Path inner = Files.createDirectories(folder.resolve("inner"));
    Files.write(inner.resolve("data.bin"), new byte[24]);
    Files.write(folder.resolve("outside.bin"), new byte[24]);
    Path link = inner.resolve("link.bin");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, folder.resolve("outside.bin"));
    }
    return Files.write(inner.resolve("model.onnx"), model.bytes());
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void externalData_insideTheFolder_isRead() throws IOException {
    Path model = external("../inner/data.bin", "offset", "8", "length", "16");
    assertEquals(4, OnnxReader.read(model).weight("w").elements());
  }

  @Test
  void externalData_outsideTheFolder_isRefused() throws IOException {
    String absolute = folder.resolve("inner/data.bin").toAbsolutePath().toString();
    for (String location : new String[] {"../outside.bin", "link.bin", absolute, ""}) {
      Path model = external(location);
      RuntimeException error = assertThrows(OnnxException.class, () -> OnnxReader.read(model));
      assertTrue(error.getMessage().contains("leaves the model's folder"), error.getMessage());
    }
  }

  @Test
  void externalData_thatTheFileDoesNotHold_isRefused() throws IOException {
    String[][] regions = {
      {"offset", "9"},
      {"offset", "-1"},
      {"offset", Long.toString(Long.MAX_VALUE)},
      {"length", "8"},
      {"length", "many"}
    };
    for (String[] region : regions) {
      Path model = external("data.bin", region);
      assertThrows(OnnxException.class, () -> OnnxReader.read(model), String.join(" ", region));
    }
  }

  @Test
  void externalData_ofAModelInMemory_isRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(external("data.bin"));
    assertThrows(OnnxException.class, () -> OnnxReader.read(bytes));
  }

  @Test
  void nestingWithoutEnd_isRefused() {
    TestModel model = new TestModel(13).input("x", 1).output("y", 1);
    model.graph.addNode(bare("If", "x", "y"));
    for (int i = 0; i < 200; i++) {
      TestModel outer = new TestModel(13).input("x", 1).output("y", 1);
      outer.graph.addNode(
          bare(
              "If",
              "x",
              "y",
              TestModel.attribute("then_branch", AttributeType.GRAPH).setG(model.graph).build()));
      model = outer;
    }
    assertThrows(OnnxException.class, model::read);
  }
}
