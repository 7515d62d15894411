package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.UnsafeByteOperations;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;

/** Tensors and declared types in a file. */
final class TensorWriter {
  private TensorWriter() {}

  /** The bits as they are; the array is shared, not copied. */
  static TensorProto write(String name, Tensor tensor) {
    TensorProto.Builder proto =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(tensor.type().code())
            .setRawData(UnsafeByteOperations.unsafeWrap(tensor.buffer()));
    for (int size : tensor.shape()) {
      proto.addDims(size);
    }
    return proto.build();
  }

  /** The input that declares an initializer. */
  static ValueInfoProto declaration(TensorProto tensor) {
    long[] sizes = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    DataType type = DataType.ofCode(tensor.getDataType());
    return write(tensor.getName(), new ValueType(type, Shape.of(sizes)));
  }

  static ValueInfoProto write(String name, ValueType type) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    type.shape().dims().forEach(dim -> shape.addDim(write(dim)));
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.type().code()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static TensorShapeProto.Dimension write(Dim dim) {
    TensorShapeProto.Dimension.Builder proto = TensorShapeProto.Dimension.newBuilder();
    if (dim.isFixed()) {
      proto.setDimValue(dim.size());
    } else if (!dim.symbol().isEmpty()) {
      proto.setDimParam(dim.symbol());
    }
    return proto.build();
  }
}
