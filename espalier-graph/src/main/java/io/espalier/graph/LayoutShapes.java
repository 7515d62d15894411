package io.espalier.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;

/** Shapes of the operators that join, cut and repeat values without computing on them. */
final class LayoutShapes {
  private LayoutShapes() {}

  static List<ValueType> concat(int concatAxis, Operands in) {
    Shape first = in.shape(0);
    int axis = in.axis(concatAxis, first.rank());
    List<Dim> joined = new ArrayList<>(List.of(first.dim(axis)));
    Shape out = first;
    for (int i = 1; i < in.node().inputs().size(); i++) {
      Shape next = in.shape(i);
      in.expectRank("input " + i, next, first.rank());
      joined.add(next.dim(axis));
      for (int other = 0; other < first.rank(); other++) {
        if (other != axis) {
          in.expectSize(
              "size of axis %d of input %d".formatted(other, i), out.dim(other), next.dim(other));
          out = out.with(other, Dims.unify(out.dim(other), next.dim(other)));
        }
      }
    }
    return in.like(out.with(axis, Dims.sum(joined)));
  }

  static List<ValueType> split(Op.Split op, Operands in) {
    Shape x = in.shape(0);
    int axis = in.axis(op.axis(), x.rank());
    int outputs = in.node().outputs().size();
    if (op.sizes().size() != outputs || op.sizes().stream().anyMatch(size -> size < 0)) {
      throw in.error("split sizes", outputs + " sizes", op.sizes());
    }
    long sum = op.sizes().stream().mapToLong(Integer::longValue).sum();
    in.expectSize("sum of the split sizes", x.dim(axis), Dim.of(sum));
    return op.sizes().stream()
        .map(size -> new ValueType(in.type(0), x.with(axis, Dim.of(size))))
        .toList();
  }

  static List<ValueType> topK(Op.TopK op, Operands in) {
    Shape x = in.shape(0);
    int axis = in.axis(op.axis(), x.rank());
    if (x.dim(axis).isFixed() && x.size(axis) < op.count()) {
      throw in.error("count", "at most " + x.dim(axis), op.count());
    }
    Shape picked = x.with(axis, Dim.of(op.count()));
    if (in.node().outputs().size() != 2) {
      throw in.error("outputs", "elements and indices", in.node().outputs());
    }
    return List.of(new ValueType(in.type(0), picked), new ValueType(DataType.INT64, picked));
  }

  static List<ValueType> slice(Op.Slice op, Operands in) {
    Shape x = in.shape(0);
    List<Integer> axes = in.axes(op.axes(), x.rank());
    for (int i = 0; i < axes.size(); i++) {
      long step = op.steps().get(i);
      if (step == 0) {
        throw in.error("step", "any but 0", step);
      }
      Dim dim = x.dim(axes.get(i));
      x = x.with(axes.get(i), sliced(dim, op.starts().get(i), op.ends().get(i), step));
    }
    return in.like(x);
  }

  private static Dim sliced(Dim dim, long start, long end, long step) {
    if (!dim.isFixed()) {
      boolean whole = start == 0 && step == 1 && end >= Integer.MAX_VALUE;
      return whole ? dim : Dim.unknown();
    }
    long size = dim.size();
    boolean forward = step > 0;
    long first = clamp(start, size, 0, forward ? size : size - 1);
    long last = clamp(end, size, forward ? 0 : -1, forward ? size : size - 1);
    if (forward) {
      return Dim.of(last <= first ? 0 : Math.ceilDiv(last - first, step));
    }
    // The smallest step has no positive counterpart, but then one element is all there is.
    long stride = step == Long.MIN_VALUE ? Long.MAX_VALUE : -step;
    return Dim.of(last >= first ? 0 : Math.ceilDiv(first - last, stride));
  }

  private static long clamp(long position, long size, long low, long high) {
    long counted = position < 0 ? position + size : position;
    return Math.max(low, Math.min(high, counted));
  }

  static List<ValueType> gather(Op.Gather op, Operands in) {
    Shape x = in.shape(0);
    int axis = in.axis(op.axis(), x.rank());
    Dim dim = x.dim(axis);
    for (int index : op.indices()) {
      if (dim.isFixed() && (index < -dim.size() || index >= dim.size())) {
        throw in.error("index on axis " + axis, "one of " + dim + " positions", index);
      }
    }
    if (!op.scalar()) {
      return in.like(x.with(axis, Dim.of(op.indices().size())));
    }
    if (op.indices().size() != 1) {
      throw in.error("indices", "one index", op.indices());
    }
    List<Dim> dims = new ArrayList<>(x.dims());
    dims.remove(axis);
    return in.like(new Shape(dims));
  }

  static List<ValueType> pad(List<Integer> pads, Operands in) {
    Shape x = in.shape(0);
    if (pads.size() != 2 * x.rank()) {
      throw in.error("pads", 2 * x.rank() + " entries", pads);
    }
    Shape out = x;
    for (int axis = 0; axis < x.rank(); axis++) {
      long more = (long) pads.get(axis) + pads.get(axis + x.rank());
      if (x.dim(axis).isFixed() && x.size(axis) + more < 0) {
        throw in.error("pads of axis " + axis, "no more cropped than " + x.dim(axis), more);
      }
      out = out.with(axis, Dims.plus(x.dim(axis), more));
    }
    return in.like(out);
  }

  static List<ValueType> reduce(Op.Reduce op, Operands in) {
    Shape x = in.shape(0);
    List<Integer> axes = in.axes(op.axes(), x.rank());
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (!axes.contains(axis)) {
        dims.add(x.dim(axis));
      } else if (op.keepDims()) {
        dims.add(Dim.of(1));
      }
    }
    return in.like(new Shape(dims));
  }

  static List<ValueType> transpose(List<Integer> permutation, Operands in) {
    Shape x = in.shape(0);
    if (permutation.size() != x.rank()
        || new HashSet<>(permutation).size() != x.rank()
        || permutation.stream().anyMatch(axis -> axis < 0 || axis >= x.rank())) {
      throw in.error("permutation", "each of " + x.rank() + " axes once", permutation);
    }
    return in.like(new Shape(permutation.stream().map(x::dim).toList()));
  }

  static List<ValueType> squeeze(List<Integer> squeezed, Operands in) {
    Shape x = in.shape(0);
    List<Integer> axes = in.axes(squeezed, x.rank());
    List<Dim> dims = new ArrayList<>(x.dims());
    for (int axis : axes.stream().sorted(Collections.reverseOrder()).toList()) {
      in.expectSize("size of squeezed axis " + axis, Dim.of(1), dims.remove(axis));
    }
    return in.like(new Shape(dims));
  }

  static List<ValueType> unsqueeze(List<Integer> inserted, Operands in) {
    Shape x = in.shape(0);
    List<Integer> axes = in.axes(inserted, x.rank() + inserted.size());
    List<Dim> dims = new ArrayList<>(x.dims());
    axes.stream().sorted().forEach(axis -> dims.add(axis, Dim.of(1)));
    return in.like(new Shape(dims));
  }

  static List<ValueType> expand(List<Long> target, Operands in) {
    if (target.stream().anyMatch(size -> size < 0)) {
      throw in.error("target shape", "sizes of 0 or more", target);
    }
    Shape shape = new Shape(target.stream().map(Dim::of).toList());
    return in.like(
        Dims.broadcast(in.shape(0), shape)
            .orElseThrow(() -> in.error("target shape", "one for " + in.shape(0), target)));
  }

  static List<ValueType> resize(Op.Resize op, Operands in) {
    Shape x = in.shape(0);
    int entries = Math.max(op.scales().size(), op.sizes().size());
    if (entries != x.rank()) {
      throw in.error("scales or sizes", x.rank() + " entries", entries);
    }
    Shape out = x;
    for (int axis = 0; axis < x.rank(); axis++) {
      Dim dim = x.dim(axis);
      out =
          out.with(
              axis,
              op.sizes().isEmpty()
                  ? scaled(dim, op.scales().get(axis), in)
                  : sized(dim, op.sizes().get(axis), in));
    }
    return in.like(out);
  }

  /** ONNX Runtime multiplies in single precision. */
  private static Dim scaled(Dim dim, double scale, Operands in) {
    if (!(scale > 0) || scale > Integer.MAX_VALUE) {
      throw in.error("scale", "a positive number", scale);
    }
    return scale == 1
        ? dim
        : dim.isFixed() ? Dim.of((long) ((float) scale * dim.size())) : Dim.unknown();
  }

  private static Dim sized(Dim dim, long size, Operands in) {
    if (size < -1) {
      throw in.error("size", "0 or more, or -1 to keep the input's", size);
    }
    return size == -1 ? dim : Dim.of(size);
  }
}
