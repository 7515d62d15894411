package io.espalier.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Damage to files: bytes that change, vanish or come in, and fields that say something else. */
final class Mutator {
  private static final long[] ODD_NUMBERS = {
    0,
    1,
    2,
    3,
    7,
    9,
    -1,
    -2,
    255,
    1 << 20,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final RandomGenerator random;

  Mutator(RandomGenerator random) {
    this.random = random;
  }

  byte[] bytes(byte[] file) {
    byte[] damaged =
        switch (random.nextInt(4)) {
          case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
          case 1 -> Arrays.copyOf(file, file.length + random.nextInt(40));
          default -> file.clone();
        };
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes && damaged.length > 0; i++) {
      int at = random.nextInt(damaged.length);
      damaged[at] =
          (byte)
              (random.nextBoolean() ? damaged[at] ^ (1 << random.nextInt(8)) : random.nextInt(256));
    }
    return damaged;
  }

  /** Changes one field somewhere below {@code message}. */
  void fields(Message.Builder message) {
    List<FieldDescriptor> set = message.getAllFields().keySet().stream().toList();
    if (set.isEmpty()) {
      return;
    }
    FieldDescriptor field = set.get(random.nextInt(set.size()));
    if (field.isRepeated()) {
      list(message, field);
    } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      if (random.nextInt(20) == 0) {
        message.clearField(field);
      } else {
        Message.Builder inner = ((Message) message.getField(field)).toBuilder();
        fields(inner);
        message.setField(field, inner.build());
      }
    } else {
      message.setField(field, other(field, message.getField(field)));
    }
  }

  private void list(Message.Builder message, FieldDescriptor field) {
    int size = message.getRepeatedFieldCount(field);
    int at = random.nextInt(size);
    Object element = message.getRepeatedField(field, at);
    int what = random.nextInt(16);
    if (what == 0) {
      message.addRepeatedField(field, element);
    } else if (what == 1) {
      List<Object> rest = new ArrayList<>((List<?>) message.getField(field));
      rest.remove(at);
      message.setField(field, rest);
    } else if (what == 2) {
      Object swap = message.getRepeatedField(field, random.nextInt(size));
      message.setRepeatedField(field, at, swap);
    } else if (element instanceof Message inner) {
      Message.Builder builder = inner.toBuilder();
      fields(builder);
      message.setRepeatedField(field, at, builder.build());
    } else {
      message.setRepeatedField(field, at, other(field, element));
    }
  }

  private Object other(FieldDescriptor field, Object value) {
    long odd = ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)];
    return switch (field.getJavaType()) {
      case LONG -> odd;
      case INT -> (int) odd;
      case FLOAT -> Map.of(0, Float.NaN, 1, Float.MAX_VALUE, 2, -1f).getOrDefault((int) odd, 0.5f);
      case DOUBLE -> Double.NaN;
      case BOOLEAN -> !((Boolean) value);
      case STRING ->
          List.of("", "input", "logits", "Reshape", "Shape", "If", value + "x")
              .get(random.nextInt(7));
      case BYTE_STRING -> {
        ByteString bytes = (ByteString) value;
        yield bytes.substring(0, random.nextInt(bytes.size() + 1));
      }
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> value;
    };
  }
}
