package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The attributes of one node. Each must be read or excused: what nobody asked for is not modelled,
 * and the node stays opaque rather than lose it.
 */
final class Attributes {
  private final Map<String, AttributeProto> left = new LinkedHashMap<>();

  Attributes(NodeProto proto) {
    proto.getAttributeList().forEach(attribute -> left.put(attribute.getName(), attribute));
  }

  long integer(String name, long otherwise) {
    return take(name, AttributeType.INT).map(AttributeProto::getI).orElse(otherwise);
  }

  boolean flag(String name, boolean otherwise) {
    return integer(name, otherwise ? 1 : 0) != 0;
  }

  double real(String name, double otherwise) {
    return take(name, AttributeType.FLOAT)
        .map(AttributeProto::getF)
        .map(value -> (float) otherwise == value ? otherwise : decimal(value))
        .orElse(otherwise);
  }

  String text(String name, String otherwise) {
    return take(name, AttributeType.STRING)
        .map(attribute -> attribute.getS().toStringUtf8())
        .orElse(otherwise);
  }

  Optional<List<Long>> integers(String name) {
    return take(name, AttributeType.INTS).map(AttributeProto::getIntsList).map(List::copyOf);
  }

  Optional<List<Double>> reals(String name) {
    return take(name, AttributeType.FLOATS)
        .map(attribute -> attribute.getFloatsList().stream().map(Attributes::decimal).toList());
  }

  /** An attribute of which one value alone is modelled. */
  void only(String name, long value) {
    long got = integer(name, value);
    if (got != value) {
      throw new Unmodelled("its attribute '%s' is %d".formatted(name, got));
    }
  }

  /** An attribute that makes no difference here. */
  void excuse(String name) {
    left.remove(name);
  }

  /** Stops if an attribute was not read. */
  void requireAllRead() {
    if (!left.isEmpty()) {
      List<String> names = new ArrayList<>(left.keySet());
      throw new Unmodelled("its attribute '" + names.getFirst() + "' is not modelled");
    }
  }

  /**
   * The shortest decimal number that is {@code value} in single precision: 0.1 rather than
   * 0.10000000149. It is written back as the same bits.
   */
  static double decimal(float value) {
    double decimal = Double.parseDouble(Float.toString(value));
    return (float) decimal == value ? decimal : value;
  }

  private Optional<AttributeProto> take(String name, AttributeType type) {
    AttributeProto attribute = left.remove(name);
    if (attribute == null) {
      return Optional.empty();
    }
    if (!attribute.getRefAttrName().isEmpty()) {
      throw new OnnxException("attribute '%s' refers to a function's".formatted(name));
    }
    if (attribute.getType() != type && attribute.getType() != AttributeType.UNDEFINED) {
      throw new OnnxException(
          "attribute '%s' must be %s, but is %s".formatted(name, type, attribute.getType()));
    }
    return Optional.of(attribute);
  }
}
