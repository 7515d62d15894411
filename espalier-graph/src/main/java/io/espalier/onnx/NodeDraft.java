package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import io.espalier.graph.Node;
import io.espalier.graph.Tensor;
import io.espalier.graph.Window;
import java.util.List;

/**
 * One node of a file under construction; what is an attribute and what an input depends on opset.
 */
final class NodeDraft {
  private final ModelDraft model;
  private final Node node;
  private final NodeProto.Builder proto;

  NodeDraft(ModelDraft model, Node node, String type) {
    this.model = model;
    this.node = node;
    this.proto = NodeProto.newBuilder().setOpType(type).setName(node.name());
    proto.addAllInput(node.inputs()).addAllOutput(node.outputs());
  }

  NodeProto.Builder proto() {
    return proto;
  }

  ModelDraft model() {
    return model;
  }

  Node node() {
    return node;
  }

  int opset() {
    return model.opset();
  }

  NodeDraft integer(String name, long value) {
    return attribute(attribute(name, AttributeType.INT).setI(value));
  }

  NodeDraft flag(String name, boolean value) {
    return value ? integer(name, 1) : this;
  }

  NodeDraft real(String name, double value) {
    return attribute(attribute(name, AttributeType.FLOAT).setF((float) value));
  }

  NodeDraft text(String name, String value) {
    return attribute(attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
  }

  NodeDraft integers(String name, List<? extends Number> values) {
    AttributeProto.Builder attribute = attribute(name, AttributeType.INTS);
    values.forEach(value -> attribute.addInts(value.longValue()));
    return attribute(attribute);
  }

  NodeDraft reals(String name, List<Double> values) {
    AttributeProto.Builder attribute = attribute(name, AttributeType.FLOATS);
    values.forEach(value -> attribute.addFloats(value.floatValue()));
    return attribute(attribute);
  }

  /** An attribute before opset {@code since}, the next input from there on. */
  NodeDraft integers(String name, List<? extends Number> values, int since) {
    return opset() < since ? integers(name, values) : input(name, values);
  }

  /** The next input: a constant list. */
  NodeDraft input(String name, List<? extends Number> values) {
    long[] list = values.stream().mapToLong(Number::longValue).toArray();
    return input(name, Tensor.longs(new int[] {list.length}, list));
  }

  /** The next input: a constant. */
  NodeDraft input(String name, Tensor tensor) {
    proto.addInput(model.constant(node.name() + "_" + name, tensor));
    return this;
  }

  /** The next input: one number of the first input's element type. */
  NodeDraft scalar(String name, double value) {
    return input(name, Tensor.of(model.elementType(node), new int[0], value));
  }

  /** Leaves the next input out. */
  NodeDraft skip() {
    proto.addInput("");
    return this;
  }

  NodeDraft window(Window window) {
    integers("kernel_shape", window.kernel()).integers("strides", window.strides());
    if (window.dilations().stream().anyMatch(dilation -> dilation != 1)) {
      integers("dilations", window.dilations());
    }
    return window.autoPad() == Window.AutoPad.NOTSET
        ? integers("pads", window.pads())
        : text("auto_pad", window.autoPad().name());
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  private NodeDraft attribute(AttributeProto.Builder attribute) {
    proto.addAttribute(attribute);
    return this;
  }
}
