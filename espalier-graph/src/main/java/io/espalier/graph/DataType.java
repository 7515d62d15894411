package io.espalier.graph;

/** Element type of a tensor. {@link #code()} is the number ONNX gives it. */
public enum DataType {
  FLOAT(1, 4),
  UINT8(2, 1),
  INT8(3, 1),
  UINT16(4, 2),
  INT16(5, 2),
  INT32(6, 4),
  INT64(7, 8),
  BOOL(9, 1),
  FLOAT16(10, 2),
  DOUBLE(11, 8),
  UINT32(12, 4),
  UINT64(13, 8),
  BFLOAT16(16, 2),
  /** Any other type: carried through a network, never computed with. */
  OTHER(0, 1);

  private final int code;
  private final int bytes;

  DataType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** The value of {@code TensorProto.DataType}; 0 for {@link #OTHER}. */
  public int code() {
    return code;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** True for the types that hold real numbers: float, double, fp16 and bf16. */
  public boolean isReal() {
    return this == FLOAT || this == DOUBLE || this == FLOAT16 || this == BFLOAT16;
  }

  /** The type with ONNX number {@code code}; {@link #OTHER} if this library does not model it. */
  public static DataType ofCode(int code) {
    for (DataType type : values()) {
      if (type.code == code && type != OTHER) {
        return type;
      }
    }
    return OTHER;
  }
}
