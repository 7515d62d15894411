package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Files written by hand. */
final class TestModel {
  final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
  final GraphProto.Builder graph = model.getGraphBuilder().setName("hand-made");

  TestModel(long opset) {
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
  }

  /** A float input; a size is a number or a name. */
  TestModel input(String name, Object... sizes) {
    graph.addInput(TensorWriter.write(name, type(sizes)));
    return this;
  }

  TestModel output(String name, Object... sizes) {
    graph.addOutput(TensorWriter.write(name, type(sizes)));
    return this;
  }

  private static ValueType type(Object... sizes) {
    List<Dim> dims =
        Arrays.stream(sizes)
            .map(size -> size instanceof String s ? Dim.symbol(s) : Dim.of(((Integer) size)))
            .toList();
    return new ValueType(DataType.FLOAT, new Shape(dims));
  }

  TestModel weight(String name, Tensor tensor) {
    graph.addInitializer(TensorWriter.write(name, tensor));
    return this;
  }

  TestModel weight(TensorProto.Builder tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  TestModel longs(String name, long... values) {
    return weight(name, Tensor.longs(new int[] {values.length}, values));
  }

  /** A node without a name. */
  TestModel node(String type, String inputs, String outputs, AttributeProto... attributes) {
    graph.addNode(bare(type, inputs, outputs, attributes));
    return this;
  }

  /** Names are separated by spaces; an underscore leaves one out. */
  static NodeProto bare(String type, String inputs, String outputs, AttributeProto... attributes) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(type);
    for (String input : inputs.isEmpty() ? new String[0] : inputs.split(" ")) {
      node.addInput(input.equals("_") ? "" : input);
    }
    return node.addAllOutput(List.of(outputs.split(" ")))
        .addAllAttribute(List.of(attributes))
        .build();
  }

  static AttributeProto integer(String name, long value) {
    return attribute(name, AttributeType.INT).setI(value).build();
  }

  static AttributeProto integers(String name, Long... values) {
    return attribute(name, AttributeType.INTS).addAllInts(List.of(values)).build();
  }

  static AttributeProto tensor(String name, TensorProto value) {
    return attribute(name, AttributeType.TENSOR).setT(value).build();
  }

  static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  byte[] bytes() {
    return model.build().toByteArray();
  }

  Graph read() {
    return OnnxReader.read(bytes());
  }

  Graph read(Map<String, Shape> inputs) {
    return OnnxReader.read(bytes(), inputs);
  }
}
