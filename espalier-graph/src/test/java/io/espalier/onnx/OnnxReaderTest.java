package io.espalier.onnx;

import static io.espalier.onnx.TestModel.attribute;
import static io.espalier.onnx.TestModel.bare;
import static io.espalier.onnx.TestModel.integer;
import static io.espalier.onnx.TestModel.integers;
import static io.espalier.onnx.TestModel.tensor;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxReaderTest {
  private static final Tensor VECTOR = Tensor.floats(new int[] {2}, 1, 2);

  private static TensorProto.Builder typed(DataType type) {
    return TensorProto.newBuilder().setName("w").setDataType(type.code()).addDims(2);
  }

  static Stream<Arguments> typedData() {
    return Stream.of(
        Arguments.of(typed(DataType.FLOAT).addFloatData(1.5f).addFloatData(-2), 1.5, -2.0),
        Arguments.of(typed(DataType.DOUBLE).addDoubleData(1e300).addDoubleData(-2), 1e300, -2.0),
        Arguments.of(typed(DataType.INT64).addInt64Data(-3).addInt64Data(4), -3.0, 4.0),
        Arguments.of(typed(DataType.INT32).addInt32Data(-3).addInt32Data(4), -3.0, 4.0),
        Arguments.of(typed(DataType.INT8).addInt32Data(-3).addInt32Data(4), -3.0, 4.0),
        Arguments.of(typed(DataType.UINT8).addInt32Data(253).addInt32Data(4), 253.0, 4.0),
        Arguments.of(typed(DataType.UINT16).addInt32Data(65535).addInt32Data(4), 65535.0, 4.0),
        Arguments.of(typed(DataType.BOOL).addInt32Data(1).addInt32Data(0), 1.0, 0.0),
        Arguments.of(typed(DataType.UINT64).addUint64Data(7).addUint64Data(4), 7.0, 4.0),
        Arguments.of(typed(DataType.UINT32).addUint64Data(1L << 31).addUint64Data(4), 0x1p31, 4.0),
        // 1.5 and -2 as bits.
        Arguments.of(typed(DataType.FLOAT16).addInt32Data(0x3e00).addInt32Data(0xc000), 1.5, -2.0),
        Arguments.of(
            typed(DataType.BFLOAT16).addInt32Data(0x3fc0).addInt32Data(0xc000), 1.5, -2.0));
  }

  @ParameterizedTest
  @MethodSource("typedData")
  void typedData_ofAnyElementType_isTheSameAsRawData(
      TensorProto.Builder proto, double first, double second) {
    Tensor tensor = new TensorReader(ExternalData.none()).read(proto.build()).orElseThrow();
    assertEquals(first, tensor.toDoubles()[0]);
    assertEquals(second, tensor.toDoubles()[1]);
    TensorProto raw = TensorWriter.write("w", tensor);
    assertEquals(tensor, new TensorReader(ExternalData.none()).read(raw).orElseThrow());
  }

  static Stream<Arguments> constants() {
    Tensor pair = Tensor.longs(new int[] {2}, 3, 4);
    return Stream.of(
        Arguments.of(tensor("value", TensorWriter.write("", VECTOR)), VECTOR),
        Arguments.of(
            attribute("value_float", AttributeType.FLOAT).setF(2).build(),
            Tensor.floats(new int[0], 2)),
        Arguments.of(integer("value_int", 5), Tensor.longs(new int[0], 5)),
        Arguments.of(
            attribute("value_floats", AttributeType.FLOATS).addFloats(1).addFloats(2).build(),
            VECTOR),
        Arguments.of(integers("value_ints", 3L, 4L), pair));
  }

  @ParameterizedTest
  @MethodSource("constants")
  void constantNode_ofAnyForm_isAnInitializer(AttributeProto attribute, Tensor expected) {
    Graph graph =
        new TestModel(13)
            .input("x", "N", 2)
            .node("Constant", "", "c", attribute)
            .node("Add", "x c", "y")
            .output("y", "N", 2)
            .read();
    assertEquals(Map.of("c", expected), graph.initializers());
    assertEquals(1, graph.nodes().size());
  }

  @Test
  void initializerBehindIdentities_givesEveryReaderItsOwn() {
    Tensor scale = Tensor.floats(new int[] {2}, 3, 4);
    Graph graph =
        new TestModel(13)
            .input("x", "N", 2)
            .weight("w", scale)
            .node("Identity", "w", "copy")
            .node("Mul", "x w", "a")
            .node("Add", "a copy", "b")
            .node("Sub", "b w", "y")
            .output("y", "N", 2)
            .read();
    assertEquals(List.of("w", "copy", "w_1"), constantInputs(graph));
    graph.initializers().values().forEach(tensor -> assertEquals(scale, tensor));
  }

  @Test
  void matrixThatTwoNodesRead_staysShared() {
    Graph graph =
        new TestModel(13)
            .input("x", "N", 2)
            .weight("w", Tensor.floats(new int[] {2, 2}, 1, 2, 3, 4))
            .node("MatMul", "x w", "a")
            .node("MatMul", "a w", "y")
            .output("y", "N", 2)
            .read();
    assertEquals(List.of("w", "w"), constantInputs(graph));
  }

  private static List<String> constantInputs(Graph graph) {
    return graph.nodes().stream()
        .flatMap(node -> node.inputs().stream())
        .filter(graph.initializers()::containsKey)
        .toList();
  }

  @Test
  void nodeNames_missingOrDouble_areMadeUnique() {
    TestModel model = new TestModel(13).input("x", 1).output("y", 1);
    model.graph.addNode(bare("Relu", "x", "a").toBuilder().setName("same"));
    model.graph.addNode(bare("Relu", "a", "b").toBuilder().setName("same"));
    model.graph.addNode(bare("Relu", "b", "y"));
    List<String> names = model.read().nodes().stream().map(Node::name).toList();
    assertEquals("same", names.getFirst());
    assertEquals(3, names.stream().distinct().count());
    assertTrue(names.stream().noneMatch(String::isEmpty));
  }

  @Test
  void newerOpsetAndUnknownOperator_areReadAndCarried() {
    Graph graph =
        new TestModel(4000)
            .input("x", 1, 3)
            .node("Relu", "x", "a")
            .node("FutureThing", "a", "b")
            .node("Relu", "b", "y")
            .output("y", 1, 3)
            .read();
    Op.Opaque opaque = assertInstanceOf(Op.Opaque.class, graph.nodes().get(1).op());
    assertEquals("the operator FutureThing is not modelled", opaque.reason());
    assertEquals(graph, OnnxReader.read(OnnxWriter.toBytes(graph)));
  }

  @Test
  void attributeThatIsNotModelled_makesTheNodeOpaqueAndIsKept() {
    Graph graph =
        new TestModel(13)
            .input("x", 1, 1, 4, 4)
            .node(
                "MaxPool", "x", "y", integers("kernel_shape", 2L, 2L), integer("storage_order", 1))
            .output("y", 1, 1, 3, 3)
            .read();
    Op.Opaque opaque = assertInstanceOf(Op.Opaque.class, graph.nodes().getFirst().op());
    assertEquals("its attribute 'storage_order' is 1", opaque.reason());
    assertEquals(2, Payload.parse(opaque.payload()).getAttributeCount());
  }

  @Test
  void initializerOfAnotherElementType_isCarriedAsANode() {
    TensorProto.Builder text =
        TensorProto.newBuilder()
            .setName("names")
            .setDataType(TensorProto.DataType.STRING.getNumber())
            .addDims(1)
            .addStringData(ByteString.copyFromUtf8("cat"));
    Graph graph =
        new TestModel(13)
            .input("x", 1)
            .weight(text)
            .node("LabelThing", "x names", "y")
            .output("y", 1)
            .read();
    assertEquals("Constant", graph.nodes().getFirst().op().label());
    assertEquals(graph, OnnxReader.read(OnnxWriter.toBytes(graph)));
  }

  private static TestModel reshapeOf(Object... input) {
    return new TestModel(13)
        .input("x", input)
        .node("Shape", "x", "s")
        .weight("zero", Tensor.longs(new int[0], 0))
        .weight("two", Tensor.longs(new int[0], 2))
        .node("Gather", "s zero", "n", integer("axis", 0))
        .node("Gather", "s two", "h", integer("axis", 0))
        .longs("axes", 0)
        .longs("last", -1)
        .node("Unsqueeze", "n axes", "n1")
        .node("Unsqueeze", "h axes", "h1");
  }

  @Test
  void reshapeToASymbolicBatch_copiesItWhereItStands() {
    Graph graph =
        reshapeOf("N", 3, 4)
            .node("Concat", "n1 h1 last", "t", integer("axis", 0))
            .node("Reshape", "x t", "y")
            .output("y", "N", 4, 3)
            .read();
    assertEquals(new Op.Reshape(List.of(0L, 4L, -1L), false), graph.nodes().getFirst().op());
    assertEquals(1, graph.nodes().size());
  }

  @Test
  void reshapeToASymbolicBatchElsewhere_infersIt() {
    Graph graph =
        reshapeOf("N", 3, 4)
            .node("Concat", "h1 n1", "t", integer("axis", 0))
            .longs("three", 3)
            .node("Concat", "t three", "u", integer("axis", 0))
            .node("Reshape", "x u", "y")
            .output("y", 4, "N", 3)
            .read();
    assertEquals(new Op.Reshape(List.of(4L, -1L, 3L), false), graph.nodes().getFirst().op());
    assertEquals(Dim.symbol("N"), graph.shape("y").orElseThrow().dim(1));
  }

  @Test
  void reshapeToABatchElsewhereAndARest_worksOutTheRest() {
    Graph graph =
        reshapeOf("N", 3, 8)
            .node("Concat", "h1 n1 last", "t", integer("axis", 0))
            .node("Reshape", "x t", "y")
            .output("y", 8, "N", 3)
            .read();
    assertEquals(new Op.Reshape(List.of(8L, -1L, 3L), false), graph.nodes().getFirst().op());
  }

  @Test
  void reshapeToTwoOpenSizes_isOpaqueUntilTheInputIsFixed() {
    TestModel model =
        reshapeOf("N", 3, "H")
            .node("Concat", "h1 n1 last", "t", integer("axis", 0))
            .node("Reshape", "x t", "y")
            .output("y", "H", "N", 3);
    Op.Opaque opaque = assertInstanceOf(Op.Opaque.class, model.read().nodes().getLast().op());
    assertTrue(opaque.reason().contains("--input CxHxW"), opaque.reason());

    Shape shape = new Shape(List.of(Dim.symbol("N"), Dim.of(3), Dim.of(8)));
    Graph fixed = model.read(Map.of("x", shape));
    assertEquals(new Op.Reshape(List.of(8L, -1L, 3L), false), fixed.nodes().getLast().op());
    assertEquals(Dim.of(8), fixed.outputs().getFirst().type().shape().dim(0));
  }

  @Test
  void branchWhoseConditionIsKnown_takesThePlaceOfTheIf() {
    Graph graph = conditional("known").read();
    assertEquals(List.of("Relu"), graph.nodes().stream().map(n -> n.op().label()).toList());
  }

  @Test
  void openBatch_isNoReasonToFixInputSizes() {
    for (Object height : List.of(8, "h")) {
      Graph graph =
          new TestModel(13)
              .input("x", "n", 3, height, 8)
              .output("y", "n", 1, 4)
              .weight("token", Tensor.floats(new int[] {1, 1, 4}, new float[4]))
              .longs("first", 0)
              .longs("tail", -1, -1)
              .node("Shape", "x", "size")
              .node("Gather", "size first", "batch")
              .node("Concat", "batch tail", "target", TestModel.integer("axis", 0))
              .node("Expand", "token target", "y")
              .read();
      Op.Opaque expand = assertInstanceOf(Op.Opaque.class, graph.nodes().getLast().op());
      assertTrue(expand.reason().contains("computed when the network runs"), expand.reason());
      assertEquals(height.equals("h"), expand.reason().contains("--input"), expand.reason());
    }
  }

  @Test
  void branchWhoseConditionIsNotKnown_isOpaqueAndReadsWhatItCaptures() {
    TestModel model = conditional("asked");
    model.graph.addInput(
        TensorWriter.write("asked", new ValueType(DataType.BOOL, new Shape(List.of()))));
    Graph graph = model.read();
    Op.Opaque opaque = assertInstanceOf(Op.Opaque.class, graph.nodes().getFirst().op());
    assertEquals(List.of("x"), opaque.captures());
    assertEquals(graph, OnnxReader.read(OnnxWriter.toBytes(graph)));
  }

  private static TestModel conditional(String condition) {
    return new TestModel(13)
        .input("x", 1, 3)
        .weight("known", Tensor.of(DataType.BOOL, new int[0], 1.0))
        .node("If", condition, "y", branch("then_branch", "Relu"), branch("else_branch", "Neg"))
        .output("y", 1, 3);
  }

  private static AttributeProto branch(String name, String operator) {
    GraphProto.Builder branch =
        GraphProto.newBuilder()
            .addNode(bare(operator, "x", name + "_out"))
            .addOutput(ValueInfoProto.newBuilder().setName(name + "_out"));
    return attribute(name, AttributeType.GRAPH).setG(branch).build();
  }

  @Test
  void hugeFoldedValues_areLeftToTheRuntime() {
    TestModel model = new TestModel(13).input("x", 1);
    model.longs("huge", 1L << 40, 1L << 20).node("ConstantOfShape", "huge", "zeros");
    model.node("ReduceSum", "zeros", "sum", integer("keepdims", 0));
    model.node("Add", "x sum", "y").output("y", 1);
    Graph graph = model.read();
    assertTrue(graph.initializers().values().stream().allMatch(t -> t.elements() <= 2));
    assertEquals("ConstantOfShape", graph.nodes().getFirst().op().label());
  }

  @Test
  void inputShape_thatDoesNotFit_isRefused() {
    TestModel model = new TestModel(13).input("x", "N", 3).node("Relu", "x", "y");
    model.output("y", "N", 3);
    for (Shape shape : List.of(Shape.of(1, 4), Shape.of(1, 3, 1))) {
      assertThrows(OnnxException.class, () -> model.read(Map.of("x", shape)));
    }
    assertThrows(OnnxException.class, () -> model.read(Map.of("z", Shape.of(1, 3))));
    Graph fixed = model.read(Map.of("x", Shape.of(5, 3)));
    assertEquals(Shape.of(5, 3), fixed.outputs().getFirst().type().shape());
  }
}
