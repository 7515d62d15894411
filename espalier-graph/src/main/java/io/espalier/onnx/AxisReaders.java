package io.espalier.onnx;

import io.espalier.graph.Dim;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Readers of operators that reduce, join, cut or pad along axes. */
final class AxisReaders {
  private AxisReaders() {}

  /** Axes are an attribute before opset {@code since}. */
  static Op reduce(NodeView node, Op.Reduce.Kind kind, int since) {
    List<Integer> axes = node.integers("axes", 1, since).map(NodeView::ints).orElse(List.of());
    boolean keep = node.attributes().flag("keepdims", true);
    if (axes.isEmpty() && node.attributes().flag("noop_with_empty_axes", false)) {
      throw new Unmodelled("it reduces no axis");
    }
    node.attributes().excuse("noop_with_empty_axes");
    if (axes.isEmpty()) {
      axes = IntStream.range(0, node.shape(0).rank()).boxed().toList();
    }
    if (axes.isEmpty()) {
      throw new Unmodelled("it reduces a scalar");
    }
    return new Op.Reduce(kind, axes, keep);
  }

  /** Of what a file may leave in any order, the sorted one is as good as the others. */
  static Op topK(NodeView node) {
    if (!node.usesOutput(1)) {
      throw new Unmodelled("its indices are left out");
    }
    Attributes attributes = node.attributes();
    long count =
        node.opset() < 10
            ? attributes.integer("k", -1)
            : required("count", node.integers(1, "its count")).getFirst();
    boolean largest = attributes.flag("largest", true);
    attributes.excuse("sorted");
    return new Op.TopK(axis(node, -1), Math.toIntExact(count), largest);
  }

  static Op concat(NodeView node) {
    return new Op.Concat(axis(node, 1));
  }

  static Op split(NodeView node) {
    int axis = axis(node, 0);
    int pieces = Math.toIntExact(node.attributes().integer("num_outputs", node.outputs()));
    Optional<List<Long>> sizes = node.integers("split", 1, 13);
    return new Op.Split(
        axis, sizes.map(NodeView::ints).orElseGet(() -> equalPieces(node, axis, pieces)));
  }

  private static List<Integer> equalPieces(NodeView node, int axis, int pieces) {
    Shape shape = node.shape(0);
    Dim dim = shape.dim(checked(axis, shape.rank()));
    if (!dim.isFixed()) {
      throw node.dynamic("the size of its pieces");
    }
    int size = Math.toIntExact(dim.size());
    if (pieces != node.outputs()) {
      throw new OnnxException("expected %d outputs, got %d".formatted(pieces, node.outputs()));
    }
    int each = Math.ceilDiv(size, pieces);
    List<Integer> sizes = new ArrayList<>(Collections.nCopies(pieces, each));
    sizes.set(pieces - 1, size - each * (pieces - 1));
    return sizes;
  }

  static Op slice(NodeView node) {
    if (node.opset() < 10) {
      List<Long> starts = required("starts", node.attributes().integers("starts"));
      List<Long> ends = required("ends", node.attributes().integers("ends"));
      Optional<List<Long>> axes = node.attributes().integers("axes");
      return slice(starts, ends, axes, Optional.empty());
    }
    Optional<List<Long>> axes = node.integers(3, "its axes");
    return slice(
        required("starts", node.integers(1, "its start")),
        ends(node, axes),
        axes,
        node.integers(4, "its step"));
  }

  private static Op slice(
      List<Long> starts, List<Long> ends, Optional<List<Long>> axes, Optional<List<Long>> steps) {
    int count = starts.size();
    return new Op.Slice(
        starts,
        ends,
        NodeView.ints(axes.orElseGet(() -> LongStream.range(0, count).boxed().toList())),
        steps.orElseGet(() -> Collections.nCopies(count, 1L)));
  }

  /**
   * An end that is the size of the axis itself, whatever that will be, means the end of the axis.
   */
  private static List<Long> ends(NodeView node, Optional<List<Long>> axes) {
    Known known =
        node.constant(2, "its end").orElseThrow(() -> new OnnxException("its ends are missing"));
    List<Long> ends = new ArrayList<>();
    for (int i = 0; i < known.elements(); i++) {
      Entry entry = known.entry(i);
      if (!entry.isNumber()) {
        int axis =
            Math.toIntExact(
                axes.filter(a -> a.size() == known.elements()).isPresent() ? axes.get().get(i) : i);
        if (!entry.same(node.size(0, checked(axis, node.shape(0).rank())))) {
          throw node.dynamic("its end");
        }
      }
      ends.add(entry.isNumber() ? entry.whole() : Long.MAX_VALUE);
    }
    return ends;
  }

  static Op gather(NodeView node) {
    int axis = axis(node, 0);
    Tensor indices =
        node.numbers(1, "its index")
            .orElseThrow(() -> new OnnxException("its indices are missing"));
    if (indices.rank() > 1) {
      throw new Unmodelled("its indices have " + indices.rank() + " axes; 0 or 1 are modelled");
    }
    List<Long> list = Arrays.stream(indices.toLongs()).boxed().toList();
    return new Op.Gather(axis, NodeView.ints(list), indices.rank() == 0);
  }

  static Op pad(NodeView node) {
    String mode = node.attributes().text("mode", "constant");
    if (!Set.of("constant", "reflect", "edge", "wrap").contains(mode)) {
      throw new Unmodelled("its mode " + mode + " is not modelled");
    }
    List<Integer> pads = NodeView.ints(required("pads", node.integers("pads", 1, 11)));
    double value =
        node.opset() < 11
            ? node.attributes().real("value", 0)
            : node.scalar(2, "its value").orElse(0.0);
    Optional<List<Long>> axes = node.opset() < 18 ? Optional.empty() : node.integers(3, "its axes");
    if (axes.isPresent()) {
      pads = spread(pads, NodeView.ints(axes.get()), node.shape(0).rank());
    }
    node.absorbFrom(1);
    return new Op.Pad(mode, pads, value);
  }

  private static List<Integer> spread(List<Integer> pads, List<Integer> axes, int rank) {
    if (pads.size() != 2 * axes.size()) {
      throw new OnnxException(
          "expected 2 pads for each of the axes %s, got %s".formatted(axes, pads));
    }
    List<Integer> all = new ArrayList<>(Collections.nCopies(2 * rank, 0));
    for (int i = 0; i < axes.size(); i++) {
      int axis = checked(axes.get(i), rank);
      all.set(axis, pads.get(i));
      all.set(axis + rank, pads.get(i + axes.size()));
    }
    return all;
  }

  private static int axis(NodeView node, long otherwise) {
    return Math.toIntExact(node.attributes().integer("axis", otherwise));
  }

  private static int checked(int axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw new OnnxException("axis %d is not one of %d axes".formatted(axis, rank));
    }
    return axis < 0 ? axis + rank : axis;
  }

  private static List<Long> required(String what, Optional<List<Long>> list) {
    return list.orElseThrow(() -> new OnnxException("its " + what + " are missing"));
  }
}
