package io.espalier.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxWriterTest {
  @TempDir Path folder;

  static List<Path> fixtures() {
    return Fixtures.all();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void network_writtenAndRead_isTheSameNetwork(Path file) throws IOException {
    Graph graph = OnnxReader.read(file);
    Path copy = folder.resolve("copy.onnx");
    OnnxWriter.write(graph, copy);
    assertEquals(graph, OnnxReader.read(copy));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(copy), left.toList());
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void file_writtenAgain_keepsItsHeaderItsInputsAndItsNames(Path file) throws IOException {
    ModelProto before = ModelProto.parseFrom(Files.readAllBytes(file));
    Graph graph = OnnxReader.read(file);
    ModelProto after = ModelProto.parseFrom(OnnxWriter.toBytes(graph));
    assertEquals(before.getIrVersion(), after.getIrVersion());
    assertEquals(opsets(before), opsets(after));
    assertEquals(before.getProducerName(), after.getProducerName());
    assertEquals(before.getMetadataPropsList(), after.getMetadataPropsList());
    assertEquals(before.getGraph().getName(), after.getGraph().getName());
    assertEquals(before.getGraph().getInput(0), after.getGraph().getInput(0));
    assertEquals(
        before.getGraph().getOutputList().stream().map(ValueInfoProto::getName).toList(),
        after.getGraph().getOutputList().stream().map(ValueInfoProto::getName).toList());
    List<String> names = before.getGraph().getNodeList().stream().map(n -> n.getName()).toList();
    after.getGraph().getNodeList().stream()
        .filter(node -> graph.node(node.getName()).isPresent())
        .forEach(node -> assertTrue(names.contains(node.getName()), node.getName()));
  }

  private static List<String> opsets(ModelProto model) {
    return model.getOpsetImportList().stream().map(o -> o.getDomain() + o.getVersion()).toList();
  }

  private static Graph single(Op op, int opset) {
    GraphBuilder builder = new GraphBuilder("one");
    builder.input("x", ValueType.floats(1, 3));
    builder.add("y", op, "x");
    builder.output(new Port("y", ValueType.floats(1, 3)));
    Graph graph = builder.build();
    return graph.withHeader(graph.header().withOpset(opset));
  }

  @Test
  void operator_thatTheOpsetDoesNotHave_raisesIt() {
    Graph graph = single(new Op.Elementwise(Pointwise.MISH), 13);
    assertEquals(18, OnnxReader.read(OnnxWriter.toBytes(graph)).header().opset());
  }

  @Test
  void opaqueNode_whoseOpsetWouldHaveToRise_isRefused() {
    Graph graph =
        new TestModel(13)
            .input("x", 1)
            .node("Odd", "x", "a")
            .node("Mish", "a", "y")
            .output("y", 1)
            .read();
    OnnxException error = assertThrows(OnnxException.class, () -> OnnxWriter.toBytes(graph));
    assertTrue(error.getMessage().contains("needs opset 18"), error.getMessage());
  }

  @Test
  void file_thatCannotBeWritten_isOneLineAndLeavesNothing() throws IOException {
    Graph graph = single(new Op.Elementwise(Pointwise.RELU), 13);
    Path file = folder.resolve("missing/net.onnx");
    assertThrows(OnnxException.class, () -> OnnxWriter.write(graph, file));
    Path occupied = Files.createDirectories(folder.resolve("folder.onnx/inner")).getParent();
    assertThrows(OnnxException.class, () -> OnnxWriter.write(graph, occupied));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(occupied), left.toList());
    }
  }
}
