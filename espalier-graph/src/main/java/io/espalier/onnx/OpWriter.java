package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.espalier.graph.DataType;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import java.util.List;

/** Nodes in the form that the file's opset has for them. */
final class OpWriter {
  private OpWriter() {}

  static NodeProto.Builder write(Node node, ModelDraft model) {
    if (node.op() instanceof Op.Opaque opaque) {
      return Payload.parse(opaque.payload()).toBuilder()
          .setName(node.name())
          .addAllInput(node.inputs())
          .addAllOutput(node.outputs());
    }
    return write(node.op(), new NodeDraft(model, node, node.op().label())).proto();
  }

  private static NodeDraft write(Op op, NodeDraft to) {
    return switch (op) {
      case Op.Conv o -> to.window(o.window()).integer("group", o.groups());
      case Op.ConvTranspose o -> convTranspose(o, to);
      case Op.MaxPool o -> to.window(o.window()).flag("ceil_mode", o.ceil());
      case Op.AveragePool o ->
          to.window(o.window())
              .flag("ceil_mode", o.ceil())
              .flag("count_include_pad", o.countPadding());
      case Op.GlobalPool o -> to;
      case Op.BatchNorm o -> to.real("epsilon", o.epsilon()).real("momentum", o.momentum());
      case Op.InstanceNorm o -> to.real("epsilon", o.epsilon());
      case Op.LayerNorm o -> to.integer("axis", o.axis()).real("epsilon", o.epsilon());
      case Op.Lrn o ->
          to.integer("size", o.size())
              .real("alpha", o.alpha())
              .real("beta", o.beta())
              .real("bias", o.bias());
      case Op.Gemm o -> gemm(o, to);
      case Op.MatMul o -> to;
      case Op.Elementwise o -> pointwise(o, to);
      case Op.Cast o -> to.integer("to", o.to().code());
      case Op.Dropout o -> dropout(o, to);
      case Op.Softmax o -> softmax(o, to);
      case Op.Quantize o -> axisSince13(o.axis(), to);
      case Op.Dequantize o -> axisSince13(o.axis(), to);
      case Op.Concat o -> to.integer("axis", o.axis());
      case Op.Split o -> to.integer("axis", o.axis()).integers("split", o.sizes(), 13);
      case Op.Slice o -> slice(o, to);
      case Op.Gather o -> gather(o, to);
      case Op.Pad o -> pad(o, to);
      case Op.Reduce o -> reduce(o, to);
      case Op.TopK o -> topK(o, to);
      case Op.Flatten o -> to.integer("axis", o.axis());
      case Op.Reshape o -> to.input("shape", o.shape()).flag("allowzero", o.allowZero());
      case Op.Transpose o -> to.integers("perm", o.permutation());
      case Op.Squeeze o -> to.integers("axes", o.axes(), 13);
      case Op.Unsqueeze o -> to.integers("axes", o.axes(), 13);
      case Op.Expand o -> to.input("shape", o.shape());
      case Op.Resize o -> ResizeWriter.write(o, to);
      case Op.DepthToSpace o -> depthToSpace(o, to);
      case Op.SpaceToDepth o -> to.integer("blocksize", o.block());
      case Op.Opaque o -> throw new IllegalStateException("written from its payload");
    };
  }

  private static NodeDraft convTranspose(Op.ConvTranspose op, NodeDraft to) {
    to.window(op.window()).integer("group", op.groups());
    if (!op.outputPadding().isEmpty()) {
      to.integers("output_padding", op.outputPadding());
    }
    return op.outputShape().isEmpty() ? to : to.integers("output_shape", op.outputShape());
  }

  private static NodeDraft gemm(Op.Gemm op, NodeDraft to) {
    if (to.opset() < 11 && to.node().inputs().size() < 3) {
      DataType type = to.model().elementType(to.node());
      to.input("zero", Tensor.of(type, new int[] {1}, 0.0));
    }
    return to.real("alpha", op.alpha())
        .real("beta", op.beta())
        .integer("transA", op.transA() ? 1 : 0)
        .integer("transB", op.transB() ? 1 : 0);
  }

  private static NodeDraft pointwise(Op.Elementwise op, NodeDraft to) {
    switch (op.kind()) {
      case CLIP -> clip(op.parameters().get(0), op.parameters().get(1), to);
      case GELU -> to.text("approximate", op.parameters().getFirst() == 0 ? "none" : "tanh");
      case MOD -> to.integer("fmod", op.parameters().getFirst().longValue());
      default -> {
        Pointwise kind = op.kind();
        for (int i = 0; i < kind.parameterNames().size(); i++) {
          to.real(kind.parameterNames().get(i), op.parameters().get(i));
        }
      }
    }
    return to;
  }

  private static void clip(double low, double high, NodeDraft to) {
    boolean bounded = high != Double.POSITIVE_INFINITY;
    if (low != Double.NEGATIVE_INFINITY) {
      bound("min", low, to);
    } else if (bounded && to.opset() >= 11) {
      to.skip();
    }
    if (bounded) {
      bound("max", high, to);
    }
  }

  private static void bound(String name, double value, NodeDraft to) {
    if (to.opset() < 11) {
      to.real(name, value);
    } else {
      to.scalar(name, value);
    }
  }

  private static NodeDraft dropout(Op.Dropout op, NodeDraft to) {
    return to.opset() < 12
        ? to.real("ratio", op.ratio())
        : to.input("ratio", Tensor.floats(new int[0], (float) op.ratio()));
  }

  private static NodeDraft softmax(Op.Softmax op, NodeDraft to) {
    if (op.flattened() && to.opset() >= 13) {
      throw new OnnxException(
          "node '%s': softmax over several axes cannot be written at opset %d"
              .formatted(to.node().name(), to.opset()));
    }
    int rank = to.model().graph().shape(to.node().input(0)).map(Shape::rank).orElse(0);
    boolean counted = op.axis() < 0 && to.opset() < 11 && rank > 0;
    return to.integer("axis", counted ? op.axis() + rank : op.axis());
  }

  private static NodeDraft axisSince13(int axis, NodeDraft to) {
    return to.opset() < 13 ? to : to.integer("axis", axis);
  }

  private static NodeDraft slice(Op.Slice op, NodeDraft to) {
    if (to.opset() < 10) {
      return to.integers("starts", op.starts())
          .integers("ends", op.ends())
          .integers("axes", op.axes());
    }
    return to.input("starts", op.starts())
        .input("ends", op.ends())
        .input("axes", op.axes())
        .input("steps", op.steps());
  }

  private static NodeDraft gather(Op.Gather op, NodeDraft to) {
    long[] indices = op.indices().stream().mapToLong(Integer::longValue).toArray();
    int[] shape = op.scalar() ? new int[0] : new int[] {indices.length};
    return to.input("indices", Tensor.longs(shape, indices)).integer("axis", op.axis());
  }

  private static NodeDraft pad(Op.Pad op, NodeDraft to) {
    to.text("mode", op.mode()).integers("pads", op.pads(), 11);
    if (op.value() == 0) {
      return to;
    }
    return to.opset() < 11 ? to.real("value", op.value()) : to.scalar("value", op.value());
  }

  private static NodeDraft reduce(Op.Reduce op, NodeDraft to) {
    int since = op.kind() == Op.Reduce.Kind.SUM ? 13 : 18;
    return to.integers("axes", op.axes(), since).integer("keepdims", op.keepDims() ? 1 : 0);
  }

  private static NodeDraft topK(Op.TopK op, NodeDraft to) {
    to.integer("axis", op.axis());
    if (to.opset() < 10) {
      return to.integer("k", op.count());
    }
    to.input("k", List.of((long) op.count()));
    return to.opset() < 11 ? to : to.integer("largest", op.largest() ? 1 : 0);
  }

  private static NodeDraft depthToSpace(Op.DepthToSpace op, NodeDraft to) {
    to.integer("blocksize", op.block());
    return to.opset() < 11 ? to : to.text("mode", op.columnRow() ? "CRD" : "DCR");
  }

  /** The constants that stand where the network has a number, as a list. */
  static Tensor floats(List<Double> values) {
    float[] list = new float[values.size()];
    for (int i = 0; i < list.length; i++) {
      list[i] = values.get(i).floatValue();
    }
    return Tensor.floats(new int[] {list.length}, list);
  }
}
