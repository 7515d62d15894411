package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The nodes, weights and ports of a file as they stand there: every node is still opaque. */
final class GraphReader {
  private final GraphProto proto;
  private final TensorReader tensors;
  private final GraphBuilder builder;
  private final Set<String> initializers = new HashSet<>();
  private final Set<String> outputs;
  private final UniqueNames nodeNames;

  private GraphReader(GraphProto proto, Header header, TensorReader tensors) {
    this.proto = proto;
    this.tensors = tensors;
    this.builder = new GraphBuilder(proto.getName()).header(header);
    this.outputs =
        proto.getOutputList().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
    this.nodeNames = new UniqueNames(proto.getNodeList().stream().map(NodeProto::getName).toList());
  }

  static Graph read(GraphProto proto, Header header, TensorReader tensors) {
    return new GraphReader(proto, header, tensors).run();
  }

  private Graph run() {
    if (proto.getSparseInitializerCount() > 0) {
      throw new OnnxException(
          "sparse initializers are not supported, but '%s' is one"
              .formatted(proto.getSparseInitializer(0).getValues().getName()));
    }
    proto.getInitializerList().forEach(this::initializer);
    for (ValueInfoProto input : proto.getInputList()) {
      if (!initializers.contains(input.getName())) {
        builder.input(new Port(input.getName(), TypeReader.input(input)));
      }
    }
    proto.getNodeList().forEach(this::node);
    proto.getValueInfoList().forEach(this::hint);
    proto.getOutputList().forEach(this::hint);
    proto.getOutputList().forEach(this::output);
    return builder.build();
  }

  private void initializer(TensorProto tensor) {
    String name = tensor.getName();
    if (name.isEmpty() || !initializers.add(name)) {
      throw new OnnxException("two initializers are called '" + name + "'");
    }
    Optional<Tensor> read = tensors.read(tensor);
    if (read.isPresent()) {
      builder.initializer(name, read.get());
    } else {
      builder.add(opaque(nodeNames.own("Constant", name), constant(tensor), List.of(name)));
    }
  }

  /** A tensor of an element type that is not modelled is carried as a node. */
  private static NodeProto constant(TensorProto tensor) {
    return NodeProto.newBuilder()
        .setOpType("Constant")
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("value")
                .setType(AttributeProto.AttributeType.TENSOR)
                .setT(tensor.toBuilder().clearName()))
        .build();
  }

  private void node(NodeProto node) {
    boolean makesOutput = node.getOutputList().stream().anyMatch(outputs::contains);
    Optional<Tensor> constant =
        makesOutput ? Optional.empty() : new ConstantReader(tensors).read(node);
    if (constant.isPresent()) {
      builder.initializer(node.getOutput(0), constant.get());
      if (!initializers.add(node.getOutput(0))) {
        throw new OnnxException("value '" + node.getOutput(0) + "' is defined twice");
      }
    } else if (node.getOutputList().stream().anyMatch(name -> !name.isEmpty())) {
      builder.add(opaque(nodeNames.of(node), node, node.getOutputList()));
    }
  }

  private static Node opaque(String name, NodeProto node, List<String> outputs) {
    String domain = OnnxReader.domain(node.getDomain());
    Op op = new Op.Opaque(domain, node.getOpType(), Payload.captures(node), Payload.of(node), "");
    return new Node(name, op, node.getInputList(), outputs);
  }

  private void hint(ValueInfoProto info) {
    TypeReader.tensor(info.getType()).ifPresent(type -> builder.hint(info.getName(), type));
  }

  private void output(ValueInfoProto output) {
    builder.output(new Port(output.getName(), TypeReader.output(output)));
  }
}
