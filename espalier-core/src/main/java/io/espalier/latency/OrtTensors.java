package io.espalier.latency;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Conversion between host tensors and those of ONNX Runtime. */
final class OrtTensors {
  private OrtTensors() {}

  /** A copy of {@code tensor} in native memory; the caller closes it. */
  static OnnxTensor toNative(OrtEnvironment environment, Tensor tensor) throws OrtException {
    long[] shape = Arrays.stream(tensor.shape()).asLongStream().toArray();
    ByteBuffer data = ByteBuffer.allocateDirect(tensor.byteCount()).order(ByteOrder.nativeOrder());
    data.put(tensor.buffer()).flip();
    return OnnxTensor.createTensor(environment, data, shape, javaType(tensor.type()));
  }

  /** A copy of {@code tensor} on the heap. */
  static Tensor toHost(OnnxTensor tensor) {
    TensorInfo info = tensor.getInfo();
    ByteBuffer data = tensor.getByteBuffer();
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    int[] shape = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
    return Tensor.of(dataType(info.type), shape, bytes);
  }

  static ValueType valueType(TensorInfo info) {
    long[] sizes = info.getShape();
    String[] names = info.getDimensionNames();
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < sizes.length; axis++) {
      String name = names == null || names[axis] == null ? "" : names[axis];
      dims.add(sizes[axis] >= 0 ? Dim.of(sizes[axis]) : Dim.symbol(name));
    }
    return new ValueType(dataType(info.type), new Shape(dims));
  }

  private static DataType dataType(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> DataType.FLOAT;
      case DOUBLE -> DataType.DOUBLE;
      case INT8 -> DataType.INT8;
      case INT16 -> DataType.INT16;
      case INT32 -> DataType.INT32;
      case INT64 -> DataType.INT64;
      case BOOL -> DataType.BOOL;
      case UINT8 -> DataType.UINT8;
      case FLOAT16 -> DataType.FLOAT16;
      case BFLOAT16 -> DataType.BFLOAT16;
      case STRING, UNKNOWN -> DataType.OTHER;
    };
  }

  private static OnnxJavaType javaType(DataType type) {
    return switch (type) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case INT8 -> OnnxJavaType.INT8;
      case INT16 -> OnnxJavaType.INT16;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
      case BOOL -> OnnxJavaType.BOOL;
      case UINT8 -> OnnxJavaType.UINT8;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      case UINT16, UINT32, UINT64, OTHER ->
          throw new IllegalArgumentException("ONNX Runtime's Java API takes no tensors of " + type);
    };
  }
}
