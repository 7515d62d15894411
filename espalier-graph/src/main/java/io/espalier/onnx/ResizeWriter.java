package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.espalier.graph.Dim;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Resize in its forms since opset 10, and Upsample before it. */
final class ResizeWriter {
  private ResizeWriter() {}

  static NodeDraft write(Op.Resize op, NodeDraft to) {
    if (to.opset() < 11) {
      return old(op, to);
    }
    to.text("mode", op.mode())
        .text("coordinate_transformation_mode", op.coordinates())
        .text("nearest_mode", op.nearestMode())
        .real("cubic_coeff_a", op.cubicCoefficient())
        .flag("exclude_outside", op.excludeOutside());
    region(to);
    if (!op.scales().isEmpty()) {
      return to.input("scales", OpWriter.floats(op.scales()));
    }
    if (to.opset() < 13) {
      to.input("no_scales", Tensor.floats(new int[] {0}));
    } else {
      to.skip();
    }
    sizes(op.sizes(), to);
    return to;
  }

  private static NodeDraft old(Op.Resize op, NodeDraft to) {
    to.text("mode", op.mode());
    if (to.opset() < 10) {
      to.proto().setOpType("Upsample");
    }
    return to.opset() < 9
        ? to.reals("scales", op.scales())
        : to.input("scales", OpWriter.floats(op.scales()));
  }

  /** The region of interest has no meaning here, but opset 11 wants it. */
  private static void region(NodeDraft to) {
    if (to.opset() < 13) {
      to.input("roi", Tensor.floats(new int[] {0}));
    } else {
      to.skip();
    }
  }

  private static void sizes(List<Long> sizes, NodeDraft to) {
    Optional<Shape> shape = to.model().graph().shape(to.node().input(0));
    List<Long> known = new ArrayList<>();
    for (int axis = 0; axis < sizes.size(); axis++) {
      int at = axis;
      long own = shape.map(s -> s.dim(at)).filter(Dim::isFixed).map(Dim::size).orElse(-1L);
      known.add(sizes.get(axis) == -1 ? own : sizes.get(axis));
    }
    if (to.opset() >= 18 && sizes.contains(-1L)) {
      List<Integer> axes =
          IntStream.range(0, sizes.size()).filter(axis -> sizes.get(axis) != -1).boxed().toList();
      to.integers("axes", axes).input("sizes", axes.stream().map(sizes::get).toList());
    } else if (known.contains(-1L)) {
      to.proto().addInput(followed(known, to));
    } else {
      to.input("sizes", known);
    }
  }

  /** Sizes of which some are read off the input when the network runs. */
  private static String followed(List<Long> sizes, NodeDraft to) {
    ModelDraft model = to.model();
    String name = to.node().name();
    String shape =
        model.helper(
            name + "_shape",
            NodeProto.newBuilder().setOpType("Shape").addInput(to.node().input(0)));
    NodeProto.Builder concat = NodeProto.newBuilder().setOpType("Concat");
    concat.addAttribute(axisZero());
    for (int axis = 0; axis < sizes.size(); axis++) {
      long size = sizes.get(axis);
      long value = size == -1 ? axis : size;
      String number = model.constant(name + "_size", Tensor.longs(new int[] {1}, value));
      concat.addInput(size == -1 ? picked(shape, number, name, model) : number);
    }
    return model.helper(name + "_sizes", concat);
  }

  private static String picked(String shape, String axis, String name, ModelDraft model) {
    NodeProto.Builder gather = NodeProto.newBuilder().setOpType("Gather");
    gather.addInput(shape).addInput(axis).addAttribute(axisZero());
    return model.helper(name + "_own", gather);
  }

  private static AttributeProto.Builder axisZero() {
    return AttributeProto.newBuilder().setName("axis").setType(AttributeType.INT).setI(0);
  }
}
