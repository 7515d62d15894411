package io.espalier.torch;

import io.espalier.graph.DataType;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Host arrays in and out of native tensors, by plain copies. */
final class Storage {
  private Storage() {}

  static ScalarType scalarType(DataType type) {
    return switch (type) {
      case FLOAT -> ScalarType.Float;
      case DOUBLE -> ScalarType.Double;
      case FLOAT16 -> ScalarType.Half;
      case BFLOAT16 -> ScalarType.BFloat16;
      case INT64, UINT64, UINT32, UINT16 -> ScalarType.Long;
      case INT32 -> ScalarType.Int;
      case INT16 -> ScalarType.Short;
      case INT8 -> ScalarType.Char;
      case UINT8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
      case OTHER ->
          throw new IllegalArgumentException("values of this element type are not modelled");
    };
  }

  static DataType dataType(ScalarType type) {
    return switch (type.intern()) {
      case Float -> DataType.FLOAT;
      case Double -> DataType.DOUBLE;
      case Half -> DataType.FLOAT16;
      case BFloat16 -> DataType.BFLOAT16;
      case Long -> DataType.INT64;
      case Int -> DataType.INT32;
      case Short -> DataType.INT16;
      case Char -> DataType.INT8;
      case Byte -> DataType.UINT8;
      case Bool -> DataType.BOOL;
      default -> throw new IllegalArgumentException("element type " + type + " is not modelled");
    };
  }

  /** Memory for a tensor: where every tensor that was not computed comes from. */
  static Tensor empty(DataType type, long... shape) {
    Torch.start();
    try (TensorOptions options = new TensorOptions(scalarType(type));
        MemoryFormatOptional format = new MemoryFormatOptional();
        LongPointer sizes = new LongPointer(shape);
        LongArrayRef ref = new LongArrayRef(sizes, shape.length)) {
      return torch.empty(ref, options, format);
    }
  }

  /** A copy of {@code tensor}; unsigned types wider than a byte become int64. */
  static Tensor upload(io.espalier.graph.Tensor tensor) {
    long[] shape = Arrays.stream(tensor.shape()).asLongStream().toArray();
    DataType type = dataType(scalarType(tensor.type()));
    Tensor device = empty(type, shape);
    if (type == tensor.type()) {
      byte[] bytes = new byte[tensor.byteCount()];
      tensor.buffer().get(bytes);
      write(device, bytes);
    } else {
      write(device, tensor.toLongs());
    }
    return device;
  }

  /** A copy of {@code tensor} in host memory. */
  static io.espalier.graph.Tensor download(Tensor tensor) {
    try (Scope scope = Scope.open()) {
      Tensor plain = tensor.detach().contiguous();
      DataType type = dataType(plain.scalar_type());
      byte[] bytes = read(plain);
      int[] shape = Arrays.stream(shape(plain)).mapToInt(Math::toIntExact).toArray();
      return io.espalier.graph.Tensor.of(type, shape, bytes);
    }
  }

  static long[] shape(Tensor tensor) {
    int rank = Math.toIntExact(tensor.dim());
    long[] sizes = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      sizes[axis] = tensor.size(axis);
    }
    return sizes;
  }

  static void requireElements(String what, int given, long... shape) {
    long expected = 1;
    for (long size : shape) {
      expected = Math.multiplyExact(expected, size);
    }
    if (given != expected) {
      throw new IllegalArgumentException(
          "%s of shape %s needs %d values, but got %d"
              .formatted(what, Arrays.toString(shape), expected, given));
    }
  }

  /** Copies {@code data} into {@code tensor}; one without elements has no memory at all. */
  static Tensor write(Tensor tensor, byte[] data) {
    if (data.length > 0) {
      new BytePointer(tensor.data_ptr()).put(data);
    }
    return tensor;
  }

  static Tensor write(Tensor tensor, long[] data) {
    if (data.length > 0) {
      new LongPointer(tensor.data_ptr()).put(data);
    }
    return tensor;
  }

  static Tensor write(Tensor tensor, float[] data) {
    if (data.length > 0) {
      new FloatPointer(tensor.data_ptr()).put(data);
    }
    return tensor;
  }

  /** The memory of a contiguous tensor. */
  static byte[] read(Tensor tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.nbytes())];
    if (bytes.length > 0) {
      new BytePointer(tensor.data_ptr()).get(bytes);
    }
    return bytes;
  }
}
