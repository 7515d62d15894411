package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.espalier.graph.Bytes;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What an opaque node keeps of the file: everything but the names of its values and its own. */
final class Payload {
  private Payload() {}

  static Bytes of(NodeProto proto) {
    proto.getAttributeList().forEach(Payload::requireWhole);
    return Bytes.copyOf(
        proto.toBuilder().clearName().clearInput().clearOutput().build().toByteArray());
  }

  /** External data could not follow a node into another file. */
  private static void requireWhole(AttributeProto attribute) {
    requireWhole(attribute.getT());
    attribute.getTensorsList().forEach(Payload::requireWhole);
    requireWhole(attribute.getG());
    attribute.getGraphsList().forEach(Payload::requireWhole);
  }

  private static void requireWhole(GraphProto graph) {
    graph.getInitializerList().forEach(Payload::requireWhole);
    graph.getNodeList().forEach(node -> node.getAttributeList().forEach(Payload::requireWhole));
  }

  private static void requireWhole(TensorProto tensor) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      throw new OnnxException(
          "tensor '%s' of an operator that is not modelled has external data"
              .formatted(tensor.getName()));
    }
  }

  static NodeProto parse(Bytes payload) {
    try {
      return NodeProto.parseFrom(payload.toArray());
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxException("an opaque node does not hold an ONNX node", e);
    }
  }

  /** Values from outside that the sub-graphs of {@code proto} read. */
  static List<String> captures(NodeProto proto) {
    Set<String> captures = new LinkedHashSet<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.hasG()) {
        captures.addAll(free(attribute.getG()));
      }
      attribute.getGraphsList().forEach(graph -> captures.addAll(free(graph)));
    }
    return List.copyOf(captures);
  }

  private static Set<String> free(GraphProto graph) {
    Set<String> own = new HashSet<>(Set.of(""));
    graph.getInputList().forEach(input -> own.add(input.getName()));
    graph.getInitializerList().forEach(tensor -> own.add(tensor.getName()));
    graph.getSparseInitializerList().forEach(tensor -> own.add(tensor.getValues().getName()));
    graph.getNodeList().forEach(node -> own.addAll(node.getOutputList()));
    Set<String> free = new LinkedHashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      free.addAll(node.getInputList());
      free.addAll(captures(node));
    }
    graph.getOutputList().forEach(output -> free.add(output.getName()));
    free.removeAll(own);
    return free;
  }
}
