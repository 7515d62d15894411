package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tensors of a file. The declared sizes are compared with the bytes that are there before anything
 * is allocated, so that memory is bounded by the file.
 */
final class TensorReader {
  private final ExternalData external;

  TensorReader(ExternalData external) {
    this.external = external;
  }

  /** The tensor, or nothing if its element type is not modelled. */
  Optional<Tensor> read(TensorProto proto) {
    DataType type = DataType.ofCode(proto.getDataType());
    if (type == DataType.OTHER) {
      return Optional.empty();
    }
    int[] shape = shape(proto);
    long bytes = byteCount(proto, shape, type);
    if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      return Optional.of(Tensor.of(type, shape, external.bytes(proto, bytes)));
    }
    if (!proto.getRawData().isEmpty()) {
      ByteString raw = proto.getRawData();
      expect(proto, "bytes of raw data", bytes, raw.size());
      return Optional.of(Tensor.of(type, shape, raw.asReadOnlyByteBuffer()));
    }
    return Optional.of(typed(proto, type, shape, bytes / type.bytes()));
  }

  private static int[] shape(TensorProto proto) {
    int[] shape = new int[proto.getDimsCount()];
    for (int i = 0; i < shape.length; i++) {
      long size = proto.getDims(i);
      if (size < 0 || size > Integer.MAX_VALUE) {
        throw new OnnxException(
            "tensor '%s' has the impossible size %d".formatted(proto.getName(), size));
      }
      shape[i] = (int) size;
    }
    return shape;
  }

  private static long byteCount(TensorProto proto, int[] shape, DataType type) {
    try {
      long bytes = Math.multiplyExact(Tensor.elements(shape), (long) type.bytes());
      if (bytes <= Integer.MAX_VALUE - 64) {
        return bytes;
      }
    } catch (ArithmeticException e) {
      // Said below.
    }
    throw new OnnxException(
        "tensor '%s' of sizes %s is larger than 2 GB"
            .formatted(proto.getName(), Arrays.toString(shape)));
  }

  private static Tensor typed(TensorProto proto, DataType type, int[] shape, long elements) {
    int found =
        switch (type) {
          case FLOAT -> proto.getFloatDataCount();
          case DOUBLE -> proto.getDoubleDataCount();
          case INT64 -> proto.getInt64DataCount();
          case UINT32, UINT64 -> proto.getUint64DataCount();
          default -> proto.getInt32DataCount();
        };
    expect(proto, "numbers", elements, found);
    ByteBuffer buffer = ByteBuffer.allocate(found * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < found; i++) {
      put(proto, type, i, buffer);
    }
    return Tensor.of(type, shape, buffer.flip());
  }

  private static void put(TensorProto proto, DataType type, int i, ByteBuffer buffer) {
    switch (type) {
      case FLOAT -> buffer.putFloat(proto.getFloatData(i));
      case DOUBLE -> buffer.putDouble(proto.getDoubleData(i));
      case INT64 -> buffer.putLong(proto.getInt64Data(i));
      case UINT64 -> buffer.putLong(proto.getUint64Data(i));
      case UINT32 -> buffer.putInt((int) proto.getUint64Data(i));
      case INT32 -> buffer.putInt(proto.getInt32Data(i));
      // Half-precision numbers are kept as their bits.
      case INT16, UINT16, FLOAT16, BFLOAT16 -> buffer.putShort((short) proto.getInt32Data(i));
      case INT8, UINT8, BOOL -> buffer.put((byte) proto.getInt32Data(i));
      case OTHER -> throw new IllegalStateException("handled by the caller");
    }
  }

  private static void expect(TensorProto proto, String what, long expected, long got) {
    if (expected != got) {
      throw new OnnxException(
          "tensor '%s' of sizes %s: %s: expected %d, got %d"
              .formatted(proto.getName(), sizes(proto.getDimsList()), what, expected, got));
    }
  }

  private static String sizes(List<Long> dims) {
    return dims.size() <= 8 ? dims.toString() : dims.subList(0, 8) + "...";
  }
}
