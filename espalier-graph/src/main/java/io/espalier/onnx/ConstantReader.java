package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.espalier.graph.Tensor;
import java.util.Optional;

/** The tensors that Constant nodes hold, in all of their forms. */
record ConstantReader(TensorReader tensors) {
  /** The tensor, or nothing if {@code node} is another operator or holds no modelled numbers. */
  Optional<Tensor> read(NodeProto node) {
    boolean constant =
        node.getOpType().equals("Constant")
            && OnnxReader.domain(node.getDomain()).isEmpty()
            && node.getAttributeCount() == 1
            && node.getOutputCount() == 1
            && !node.getOutput(0).isEmpty();
    return constant ? value(node.getAttribute(0)) : Optional.empty();
  }

  private Optional<Tensor> value(AttributeProto attribute) {
    return switch (attribute.getName()) {
      case "value" -> tensors.read(attribute.getT());
      case "value_float" -> Optional.of(Tensor.floats(new int[0], attribute.getF()));
      case "value_int" -> Optional.of(Tensor.longs(new int[0], attribute.getI()));
      case "value_floats" -> {
        float[] values = new float[attribute.getFloatsCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = attribute.getFloats(i);
        }
        yield Optional.of(Tensor.floats(new int[] {values.length}, values));
      }
      case "value_ints" -> {
        long[] values = attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
        yield Optional.of(Tensor.longs(new int[] {values.length}, values));
      }
      default -> Optional.empty();
    };
  }
}
