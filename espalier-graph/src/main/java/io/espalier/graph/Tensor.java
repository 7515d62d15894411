package io.espalier.graph;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An immutable array of numbers in host memory, in row-major order. The storage keeps the type that
 * the file gave it (fp16 and bf16 too), so that what is not touched is written back bit for bit.
 */
public final class Tensor {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final DataType type;
  private final int[] shape;
  private final byte[] bytes;

  /** SHA-256 of the storage, worked out when first asked for; a race only does it twice. */
  private byte[] digest;

  private Tensor(DataType type, int[] shape, byte[] bytes) {
    this.type = type;
    this.shape = shape;
    this.bytes = bytes;
    long expected = Math.multiplyExact(elements(shape), (long) type.bytes());
    if (expected != bytes.length) {
      throw new IllegalArgumentException(
          "tensor %s%s needs %d bytes, but got %d"
              .formatted(type, Arrays.toString(shape), expected, bytes.length));
    }
  }

  /** A tensor over {@code bytes}, little-endian, which are copied. */
  public static Tensor of(DataType type, int[] shape, byte[] bytes) {
    return new Tensor(type, shape.clone(), bytes.clone());
  }

  /** A tensor over what is left in {@code source}, little-endian, which is copied. */
  public static Tensor of(DataType type, int[] shape, ByteBuffer source) {
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    return new Tensor(type, shape.clone(), bytes);
  }

  /** A float tensor. */
  public static Tensor floats(int[] shape, float... values) {
    ByteBuffer buffer = buffer(4L * values.length);
    buffer.asFloatBuffer().put(values);
    return new Tensor(DataType.FLOAT, shape.clone(), buffer.array());
  }

  /** An int64 tensor. */
  public static Tensor longs(int[] shape, long... values) {
    ByteBuffer buffer = buffer(8L * values.length);
    buffer.asLongBuffer().put(values);
    return new Tensor(DataType.INT64, shape.clone(), buffer.array());
  }

  /** A tensor of the given type; each value is rounded to what the type can hold. */
  public static Tensor of(DataType type, int[] shape, double... values) {
    ByteBuffer buffer = buffer((long) type.bytes() * values.length);
    for (double value : values) {
      put(buffer, type, value);
    }
    return new Tensor(type, shape.clone(), buffer.array());
  }

  public DataType type() {
    return type;
  }

  /** The sizes, as a copy. */
  public int[] shape() {
    return shape.clone();
  }

  public int rank() {
    return shape.length;
  }

  /** The size at {@code axis}; a negative axis counts from the end. */
  public int size(int axis) {
    return shape[axis < 0 ? axis + shape.length : axis];
  }

  /** Number of elements. */
  public int elements() {
    return bytes.length / type.bytes();
  }

  /** Bytes of storage. */
  public int byteCount() {
    return bytes.length;
  }

  public ValueType valueType() {
    return new ValueType(type, Shape.of(Arrays.stream(shape).asLongStream().toArray()));
  }

  /** The storage, little-endian and read-only. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** SHA-256 of the storage, worked out once. */
  byte[] digest() {
    if (digest == null) {
      digest = GraphDigest.sha256().digest(bytes);
    }
    return digest;
  }

  /** Every element as float. */
  public float[] toFloats() {
    float[] values = new float[elements()];
    if (type == DataType.FLOAT) {
      buffer().asFloatBuffer().get(values);
      return values;
    }
    ByteBuffer buffer = buffer();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) get(buffer, i);
    }
    return values;
  }

  /** Every element as double. */
  public double[] toDoubles() {
    double[] values = new double[elements()];
    if (type == DataType.FLOAT) {
      float[] floats = toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
      return values;
    }
    ByteBuffer buffer = buffer();
    for (int i = 0; i < values.length; i++) {
      values[i] = get(buffer, i);
    }
    return values;
  }

  /** Every element as long; reals are cut off at the point. */
  public long[] toLongs() {
    long[] values = new long[elements()];
    ByteBuffer buffer = buffer();
    for (int i = 0; i < values.length; i++) {
      values[i] = type == DataType.INT64 ? buffer.getLong(8 * i) : (long) get(buffer, i);
    }
    return values;
  }

  /** The same elements under other sizes. */
  public Tensor reshape(int... newShape) {
    return new Tensor(type, newShape.clone(), bytes);
  }

  /** This tensor's type and shape with other values, rounded to what the type can hold. */
  public Tensor withValues(double... values) {
    return of(type, shape, values);
  }

  /** This tensor's type and shape with other values, rounded to what the type can hold. */
  public Tensor withValues(float... values) {
    if (type == DataType.FLOAT) {
      return floats(shape, values);
    }
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return of(type, shape, wide);
  }

  /**
   * The positions {@code indices} along {@code axis}, in that order.
   *
   * @param axis 0 or more
   */
  public Tensor select(int axis, int[] indices) {
    int outer = (int) elements(Arrays.copyOf(shape, axis));
    int inner = (int) elements(Arrays.copyOfRange(shape, axis + 1, shape.length)) * type.bytes();
    byte[] picked = new byte[Math.multiplyExact(Math.multiplyExact(outer, indices.length), inner)];
    int to = 0;
    for (int o = 0; o < outer; o++) {
      for (int index : indices) {
        copy(bytes, (o * shape[axis] + index) * inner, picked, to, inner);
        to += inner;
      }
    }
    int[] newShape = shape.clone();
    newShape[axis] = indices.length;
    return new Tensor(type, newShape, picked);
  }

  /** The elements at {@code indices} of the row-major order, under the sizes {@code newShape}. */
  public Tensor pick(int[] indices, int[] newShape) {
    int width = type.bytes();
    byte[] picked = new byte[Math.multiplyExact(indices.length, width)];
    for (int i = 0; i < indices.length; i++) {
      copy(bytes, indices[i] * width, picked, i * width, width);
    }
    return new Tensor(type, newShape.clone(), picked);
  }

  /** Single floats, as between the channels of a 1 x 1 convolution, are not worth a call. */
  private static void copy(byte[] from, int start, byte[] to, int target, int count) {
    if (count == Integer.BYTES) {
      WORDS.set(to, target, (int) WORDS.get(from, start));
    } else {
      System.arraycopy(from, start, to, target, count);
    }
  }

  /** Product of sizes. */
  public static long elements(int... sizes) {
    long product = 1;
    for (int size : sizes) {
      product = Math.multiplyExact(product, size);
    }
    return product;
  }

  private static ByteBuffer buffer(long size) {
    return ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private double get(ByteBuffer buffer, int index) {
    return switch (type) {
      case FLOAT -> buffer.getFloat(4 * index);
      case DOUBLE -> buffer.getDouble(8 * index);
      case FLOAT16 -> Float.float16ToFloat(buffer.getShort(2 * index));
      case BFLOAT16 -> Float.intBitsToFloat(buffer.getShort(2 * index) << 16);
      case INT64, UINT64 -> buffer.getLong(8 * index);
      case INT32 -> buffer.getInt(4 * index);
      case UINT32 -> Integer.toUnsignedLong(buffer.getInt(4 * index));
      case INT16 -> buffer.getShort(2 * index);
      case UINT16 -> Short.toUnsignedInt(buffer.getShort(2 * index));
      case INT8 -> buffer.get(index);
      case UINT8, BOOL -> Byte.toUnsignedInt(buffer.get(index));
      case OTHER -> throw new IllegalStateException("values of this element type are not modelled");
    };
  }

  private static void put(ByteBuffer buffer, DataType type, double value) {
    switch (type) {
      case FLOAT -> buffer.putFloat((float) value);
      case DOUBLE -> buffer.putDouble(value);
      case FLOAT16 -> buffer.putShort(Float.floatToFloat16((float) value));
      case BFLOAT16 -> buffer.putShort(toBfloat16((float) value));
      case INT64, UINT64 -> buffer.putLong((long) value);
      case INT32, UINT32 -> buffer.putInt((int) (long) value);
      case INT16, UINT16 -> buffer.putShort((short) (long) value);
      case INT8, UINT8 -> buffer.put((byte) (long) value);
      case BOOL -> buffer.put((byte) (value != 0 ? 1 : 0));
      case OTHER -> throw new IllegalStateException("values of this element type are not modelled");
    }
  }

  /** Rounds to nearest, ties to even. */
  private static short toBfloat16(float value) {
    if (Float.isNaN(value)) {
      return (short) 0x7fc0;
    }
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && type == tensor.type
        && Arrays.equals(shape, tensor.shape)
        && Arrays.equals(bytes, tensor.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
