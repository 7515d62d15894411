package io.espalier.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Types of all values from the types of the inputs and the weights. */
public final class ShapeInference {
  private ShapeInference() {}

  static Map<String, ValueType> infer(
      List<Port> inputs,
      List<Node> nodes,
      Map<String, Tensor> initializers,
      Map<String, ValueType> hints) {
    Map<String, ValueType> types = new HashMap<>();
    inputs.forEach(port -> types.put(port.name(), port.type()));
    initializers.forEach((name, tensor) -> types.put(name, tensor.valueType()));
    nodes.forEach(node -> types.putAll(outputs(node, types, hints)));
    return types;
  }

  /**
   * The types of what {@code node} makes, by name: what follows from the types of its inputs, or
   * the hints where nothing follows (an opaque operator, an input about which nothing is known).
   *
   * @throws GraphException if the inputs do not go together; the message names the node, what was
   *     expected and what was found
   */
  public static Map<String, ValueType> outputs(
      Node node, Map<String, ValueType> types, Map<String, ValueType> hints) {
    Operands in = new Operands(node, types);
    Map<String, ValueType> made = new HashMap<>();
    if (node.op() instanceof Op.Opaque || !in.known()) {
      node.outputs().stream().filter(hints::containsKey).forEach(o -> made.put(o, hints.get(o)));
      return made;
    }
    List<ValueType> outputs = checked(node.op(), in);
    if (node.outputs().size() > outputs.size()) {
      throw in.error("number of outputs", "at most " + outputs.size(), node.outputs().size());
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        made.put(node.outputs().get(i), outputs.get(i));
      }
    }
    return made;
  }

  private static List<ValueType> checked(Op op, Operands in) {
    try {
      return outputs(op, in);
    } catch (ArithmeticException e) {
      throw in.error("sizes", "a number of elements that fits 63 bits", "more");
    }
  }

  private static List<ValueType> outputs(Op op, Operands in) {
    return switch (op) {
      case Op.Conv o -> WindowShapes.conv(o, in);
      case Op.ConvTranspose o -> WindowShapes.convTranspose(o, in);
      case Op.MaxPool o -> WindowShapes.pool(o.window(), o.ceil(), in);
      case Op.AveragePool o -> WindowShapes.pool(o.window(), o.ceil(), in).subList(0, 1);
      case Op.GlobalPool o -> WindowShapes.globalPool(in);
      case Op.DepthToSpace o -> WindowShapes.depthToSpace(o.block(), in);
      case Op.SpaceToDepth o -> WindowShapes.spaceToDepth(o.block(), in);
      case Op.BatchNorm o -> MatrixShapes.batchNorm(in);
      case Op.InstanceNorm o -> MatrixShapes.instanceNorm(in);
      case Op.LayerNorm o -> MatrixShapes.layerNorm(o, in);
      case Op.Lrn o -> in.like(in.shape(0));
      case Op.Gemm o -> MatrixShapes.gemm(o, in);
      case Op.MatMul o -> MatrixShapes.matMul(in);
      case Op.Elementwise o -> MatrixShapes.pointwise(o.kind(), in);
      case Op.Quantize o -> MatrixShapes.quantize(o.axis(), in);
      case Op.Dequantize o -> MatrixShapes.dequantize(o.axis(), in);
      case Op.Cast o -> List.of(new ValueType(o.to(), in.shape(0)));
      case Op.Dropout o -> List.of(in.value(0), new ValueType(DataType.BOOL, in.shape(0)));
      case Op.Softmax o -> softmax(o, in);
      case Op.Concat o -> LayoutShapes.concat(o.axis(), in);
      case Op.Split o -> LayoutShapes.split(o, in);
      case Op.Slice o -> LayoutShapes.slice(o, in);
      case Op.Gather o -> LayoutShapes.gather(o, in);
      case Op.Pad o -> LayoutShapes.pad(o.pads(), in);
      case Op.Reduce o -> LayoutShapes.reduce(o, in);
      case Op.TopK o -> LayoutShapes.topK(o, in);
      case Op.Transpose o -> LayoutShapes.transpose(o.permutation(), in);
      case Op.Squeeze o -> LayoutShapes.squeeze(o.axes(), in);
      case Op.Unsqueeze o -> LayoutShapes.unsqueeze(o.axes(), in);
      case Op.Expand o -> LayoutShapes.expand(o.shape(), in);
      case Op.Resize o -> LayoutShapes.resize(o, in);
      case Op.Flatten o -> ReshapeShapes.flatten(o.axis(), in);
      case Op.Reshape o -> ReshapeShapes.reshape(o, in);
      case Op.Opaque o -> List.of();
    };
  }

  private static List<ValueType> softmax(Op.Softmax op, Operands in) {
    Shape x = in.shape(0);
    // A flattened softmax may name the axis behind the last.
    if (!(op.flattened() && op.axis() == x.rank())) {
      in.axis(op.axis(), x.rank());
    }
    return in.like(x);
  }
}
