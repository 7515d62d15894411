package io.espalier.onnx;

import io.espalier.graph.Dim;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Readers of operators that give the same elements another shape. */
final class ShapeReaders {
  private static final String TARGET = "its target shape";

  private ShapeReaders() {}

  static Op flatten(NodeView node) {
    return new Op.Flatten(Math.toIntExact(node.attributes().integer("axis", 1)));
  }

  static Op reshape(NodeView node) {
    boolean allowZero = node.attributes().flag("allowzero", false);
    Known target =
        node.constant(1, TARGET)
            .orElseThrow(() -> new OnnxException("its target shape is missing"));
    List<Long> shape =
        new ReshapeTarget(node, allowZero).sizes(target).orElseThrow(() -> node.dynamic(TARGET));
    return new Op.Reshape(shape, allowZero);
  }

  static Op transpose(NodeView node) {
    return new Op.Transpose(
        node.attributes()
            .integers("perm")
            .map(NodeView::ints)
            .orElseGet(() -> reversed(node.shape(0).rank())));
  }

  private static List<Integer> reversed(int rank) {
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.reverse(axes);
    return axes;
  }

  static Op squeeze(NodeView node) {
    List<Integer> axes =
        node.integers("axes", 1, 13).map(NodeView::ints).orElseGet(() -> ones(node));
    if (axes.isEmpty()) {
      throw new Unmodelled("it drops no axis");
    }
    return new Op.Squeeze(axes);
  }

  private static List<Integer> ones(NodeView node) {
    Shape shape = node.shape(0);
    if (!shape.isFixed()) {
      throw new Unmodelled("it names no axes, and some sizes of its input are not known");
    }
    return IntStream.range(0, shape.rank())
        .filter(axis -> shape.dim(axis).equals(Dim.of(1)))
        .boxed()
        .toList();
  }

  static Op unsqueeze(NodeView node) {
    return new Op.Unsqueeze(
        node.integers("axes", 1, 13)
            .map(NodeView::ints)
            .orElseThrow(() -> new OnnxException("its axes are missing")));
  }

  /** A size that is the input's own is written as 1, which keeps it. */
  static Op expand(NodeView node) {
    Known target =
        node.constant(1, TARGET)
            .orElseThrow(() -> new OnnxException("its target shape is missing"));
    int rank = node.shape(0).rank();
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < target.elements(); i++) {
      Entry entry = target.entry(i);
      int own = i - (target.elements() - rank);
      if (!entry.isNumber() && (own < 0 || !entry.same(node.size(0, own)))) {
        throw node.dynamic(TARGET);
      }
      shape.add(entry.isNumber() ? entry.whole() : 1);
    }
    return new Op.Expand(shape);
  }
}
