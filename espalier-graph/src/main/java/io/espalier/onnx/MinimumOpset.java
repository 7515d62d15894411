package io.espalier.onnx;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Shape;
import io.espalier.graph.Window;

/** The first opset that can say what a node does. */
final class MinimumOpset {
  private MinimumOpset() {}

  static int of(Node node, Graph graph) {
    return switch (node.op()) {
      case Op.Elementwise o -> of(o.kind(), node, graph);
      case Op.MaxPool o -> o.ceil() || isDilated(o.window()) ? 10 : indices(node);
      case Op.AveragePool o -> isDilated(o.window()) ? 19 : o.ceil() ? 10 : Opsets.OLDEST;
      case Op.LayerNorm o -> 17;
      case Op.Softmax o -> o.flattened() || isLast(o, node, graph) ? Opsets.OLDEST : 13;
      case Op.Slice o -> o.steps().stream().allMatch(step -> step == 1) ? Opsets.OLDEST : 10;
      case Op.Pad o -> o.mode().equals("wrap") ? 19 : Opsets.OLDEST;
      case Op.Reshape o -> o.allowZero() && o.shape().contains(0L) ? 14 : Opsets.OLDEST;
      case Op.Expand o -> 8;
      case Op.DepthToSpace o -> o.columnRow() ? 11 : Opsets.OLDEST;
      case Op.Resize o -> of(o);
      case Op.TopK o -> o.largest() ? Opsets.OLDEST : 11;
      case Op.Quantize o -> quantized(node, graph);
      case Op.Dequantize o -> quantized(node, graph);
      default -> Opsets.OLDEST;
    };
  }

  private static int of(Pointwise kind, Node node, Graph graph) {
    return switch (kind) {
      case MAX, MEAN, MIN, SUM -> broadcasts(node, graph) ? 8 : Opsets.OLDEST;
      case ACOSH, ASINH, ATANH, COSH, SINH, ERF, IS_NAN, SIGN, WHERE -> 9;
      case MOD -> 10;
      case ROUND -> 11;
      case CELU, GREATER_OR_EQUAL, LESS_OR_EQUAL -> 12;
      case HARD_SWISH -> 14;
      case MISH -> 18;
      case GELU -> 20;
      case SWISH -> 24;
      default -> Opsets.OLDEST;
    };
  }

  private static boolean broadcasts(Node node, Graph graph) {
    return node.inputs().stream().map(graph::shape).distinct().count() > 1;
  }

  private static int indices(Node node) {
    return node.outputs().size() > 1 ? 8 : Opsets.OLDEST;
  }

  private static int of(Op.Resize op) {
    boolean old =
        op.coordinates().equals("asymmetric") && !op.mode().equals("cubic") && op.sizes().isEmpty();
    boolean grows = op.scales().stream().allMatch(scale -> scale >= 1);
    boolean shrinks = op.scales().stream().allMatch(scale -> scale <= 1);
    boolean nearest = op.mode().equals("nearest");
    if (old && grows && (!nearest || op.nearestMode().equals("floor"))) {
      return Opsets.OLDEST;
    }
    if (old && (!nearest || shrinks && op.nearestMode().equals("ceil"))) {
      return 10;
    }
    return op.coordinates().equals("half_pixel_symmetric") ? 19 : 11;
  }

  private static int quantized(Node node, Graph graph) {
    Shape scale = graph.shape(node.input(1)).orElse(Shape.of(2));
    return scale.rank() == 1 && scale.size(0) != 1 ? 13 : 10;
  }

  private static boolean isLast(Op.Softmax op, Node node, Graph graph) {
    int rank = graph.shape(node.input(0)).map(Shape::rank).orElse(0);
    return op.axis() == -1 || op.axis() == rank - 1;
  }

  private static boolean isDilated(Window window) {
    return window.dilations().stream().anyMatch(dilation -> dilation != 1);
  }
}
