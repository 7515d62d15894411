package io.espalier.onnx;

import io.espalier.graph.DataType;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Shape;
import java.util.ArrayList;
import java.util.List;

/** Readers of normalisations, matrix products, conversions and the pointwise family. */
final class NumberReaders {
  private NumberReaders() {}

  static Op batchNorm(NodeView node) {
    node.attributes().only("spatial", 1);
    if (node.attributes().flag("training_mode", false) || node.usesOutput(1)) {
      throw new Unmodelled("it is in training mode; export the network in evaluation mode");
    }
    return new Op.BatchNorm(
        node.attributes().real("epsilon", 1e-5), node.attributes().real("momentum", 0.9));
  }

  static Op instanceNorm(NodeView node) {
    return new Op.InstanceNorm(node.attributes().real("epsilon", 1e-5));
  }

  static Op layerNorm(NodeView node) {
    node.attributes().only("stash_type", 1);
    int axis = Math.toIntExact(node.attributes().integer("axis", -1));
    return new Op.LayerNorm(axis, node.attributes().real("epsilon", 1e-5));
  }

  static Op lrn(NodeView node) {
    int size = Math.toIntExact(node.attributes().integer("size", 0));
    if (size < 1) {
      throw new OnnxException("attribute 'size' must be 1 or more, but got " + size);
    }
    return new Op.Lrn(
        size,
        node.attributes().real("alpha", 1e-4),
        node.attributes().real("beta", 0.75),
        node.attributes().real("bias", 1));
  }

  static Op gemm(NodeView node) {
    // Before opset 11 a product alone had to add a zero.
    if (node.opset() < 11 && node.isZero(2)) {
      node.absorbFrom(2);
    }
    return new Op.Gemm(
        node.attributes().real("alpha", 1),
        node.attributes().real("beta", 1),
        node.attributes().flag("transA", false),
        node.attributes().flag("transB", false));
  }

  /**
   * Until opset 12 softmax ran over all axes from its axis on; for the last axis that is the same.
   */
  static Op softmax(NodeView node, boolean log) {
    boolean old = node.opset() < 13;
    int axis = Math.toIntExact(node.attributes().integer("axis", old ? 1 : -1));
    boolean last =
        axis == -1
            || node.knownShape(0).map(Shape::rank).filter(rank -> axis == rank - 1).isPresent();
    return new Op.Softmax(axis, log, old && !last);
  }

  static Op cast(NodeView node) {
    node.attributes().excuse("saturate");
    node.attributes().excuse("round_mode");
    int code = Math.toIntExact(node.attributes().integer("to", 0));
    DataType to = DataType.ofCode(code);
    if (to == DataType.OTHER) {
      throw new Unmodelled("its element type " + code + " is not modelled");
    }
    return new Op.Cast(to);
  }

  static Op dropout(NodeView node) {
    node.attributes().excuse("seed");
    if (node.opset() < 12) {
      return new Op.Dropout(node.attributes().real("ratio", 0.5));
    }
    double ratio = node.scalar(1, "its ratio").orElse(0.5);
    if (ratio != 0 && node.scalar(2, "its training mode").orElse(0.0) != 0) {
      throw new Unmodelled("it is in training mode; export the network in evaluation mode");
    }
    return new Op.Dropout(ratio);
  }

  static Op quantize(NodeView node) {
    return new Op.Quantize(quantizedAxis(node));
  }

  static Op dequantize(NodeView node) {
    return new Op.Dequantize(quantizedAxis(node));
  }

  private static int quantizedAxis(NodeView node) {
    node.attributes().only("block_size", 0);
    node.attributes().only("output_dtype", 0);
    node.attributes().only("precision", 0);
    node.attributes().only("saturate", 1);
    return Math.toIntExact(node.attributes().integer("axis", 1));
  }

  static Op pointwise(NodeView node, Pointwise kind) {
    return switch (kind) {
      case CLIP -> clip(node);
      case GELU -> gelu(node);
      case MOD -> new Op.Elementwise(kind, List.of((double) node.attributes().integer("fmod", 0)));
      default -> {
        List<Double> parameters = new ArrayList<>();
        for (int i = 0; i < kind.parameterNames().size(); i++) {
          String name = kind.parameterNames().get(i);
          parameters.add(node.attributes().real(name, kind.defaults().get(i)));
        }
        yield new Op.Elementwise(kind, parameters);
      }
    };
  }

  private static Op clip(NodeView node) {
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    if (node.opset() < 11) {
      low = node.attributes().real("min", low);
      high = node.attributes().real("max", high);
    } else {
      low = node.scalar(1, "its lower bound").orElse(low);
      high = node.scalar(2, "its upper bound").orElse(high);
      node.absorbFrom(1);
    }
    return new Op.Elementwise(Pointwise.CLIP, List.of(low, high));
  }

  private static Op gelu(NodeView node) {
    String approximate = node.attributes().text("approximate", "none");
    if (!approximate.equals("none") && !approximate.equals("tanh")) {
      throw new Unmodelled("its approximation " + approximate + " is not modelled");
    }
    return new Op.Elementwise(Pointwise.GELU, List.of(approximate.equals("tanh") ? 1.0 : 0.0));
  }
}
