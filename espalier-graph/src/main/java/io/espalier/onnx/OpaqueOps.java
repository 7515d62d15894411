package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import io.espalier.graph.Op;
import java.util.List;
import java.util.Map;

/**
 * Operators of a file under construction that the model has no record for, such as a gather whose
 * indices are worked out while the network runs.
 */
public final class OpaqueOps {
  private OpaqueOps() {}

  /** The operator {@code type} of the standard domain; see {@link #of(String, String, Map)}. */
  public static Op.Opaque of(String type, Map<String, ?> attributes) {
    return of("", type, attributes);
  }

  /**
   * An operator that is written as it is.
   *
   * @param domain its ONNX domain; empty for the standard one
   * @param type its ONNX name
   * @param attributes by name: an Integer or Long, a String, or a List of Integers
   * @throws IllegalArgumentException if an attribute is none of these
   */
  public static Op.Opaque of(String domain, String type, Map<String, ?> attributes) {
    NodeProto.Builder proto = NodeProto.newBuilder().setDomain(domain).setOpType(type);
    attributes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> proto.addAttribute(attribute(entry.getKey(), entry.getValue())));
    String reason = "it depends on values that are known only while the network runs";
    return new Op.Opaque(domain, type, List.of(), Payload.of(proto.build()), reason);
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder proto = AttributeProto.newBuilder().setName(name);
    switch (value) {
      case Integer number -> proto.setType(AttributeType.INT).setI(number);
      case Long number -> proto.setType(AttributeType.INT).setI(number);
      case String text -> proto.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
      case List<?> numbers -> {
        proto.setType(AttributeType.INTS);
        numbers.forEach(number -> proto.addInts(((Integer) number).longValue()));
      }
      default ->
          throw new IllegalArgumentException(
              "attribute '%s' must be a number, a text or a list of numbers, but is a %s"
                  .formatted(name, value.getClass().getSimpleName()));
    }
    return proto.build();
  }
}
