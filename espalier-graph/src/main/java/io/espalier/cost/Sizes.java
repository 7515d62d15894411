package io.espalier.cost;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.List;
import java.util.Set;

/** Counts of stored numbers and of bytes that a node makes. */
final class Sizes {
  private Sizes() {}

  /** Trainable numbers that {@code node} reads and that no node in {@code seen} has read. */
  static long params(Graph graph, Node node, Set<String> seen) {
    long params = 0;
    for (String value : trainable(node)) {
      Tensor tensor = graph.initializers().get(value);
      if (tensor != null && isWeight(node, tensor) && seen.add(value)) {
        params += tensor.elements();
      }
    }
    return params;
  }

  static long activationBytes(Graph graph, Node node) {
    long bytes = 0;
    for (String output : node.outputs()) {
      ValueType type = graph.types().get(output);
      if (type != null && type.shape().isFixed()) {
        Shape shape = type.shape();
        bytes += Math.multiplyExact(shape.elements(), type.type().bytes());
      }
    }
    return bytes;
  }

  private static List<String> trainable(Node node) {
    return node.op() instanceof Op.BatchNorm
        ? List.of(node.input(1), node.input(2))
        : Graph.reads(node);
  }

  /** A quantized weight is stored as integers. */
  private static boolean isWeight(Node node, Tensor tensor) {
    return tensor.type().isReal() || (node.op() instanceof Op.Dequantize && tensor.rank() > 1);
  }
}
