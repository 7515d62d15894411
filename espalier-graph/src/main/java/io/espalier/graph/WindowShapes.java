package io.espalier.graph;

import java.util.ArrayList;
import java.util.List;

/** Shapes of convolutions and poolings: {@code [N, C, spatial...]} in, the same form out. */
final class WindowShapes {
  private WindowShapes() {}

  static List<ValueType> conv(Op.Conv op, Operands in) {
    Shape x = spatialInput(op.window(), in);
    Shape weight = weight(op.window(), in);
    Dim outputs = weight.dim(0);
    requireDivisible("output channels over groups", outputs, op.groups(), in);
    in.expectSize("channels of the input", Dims.times(weight.dim(1), op.groups()), x.dim(1));
    if (in.has(2)) {
      in.expectVector("the bias", 2, outputs);
    }
    List<Dim> dims = new ArrayList<>(List.of(x.dim(0), outputs));
    for (int axis = 0; axis < op.window().rank(); axis++) {
      dims.add(slide(op.window(), axis, x.dim(axis + 2), false, in));
    }
    return in.like(new Shape(dims));
  }

  static List<ValueType> convTranspose(Op.ConvTranspose op, Operands in) {
    Window window = op.window();
    Shape x = spatialInput(window, in);
    Shape weight = weight(window, in);
    in.expectSize("channels of the input", weight.dim(0), x.dim(1));
    requireDivisible("input channels over groups", weight.dim(0), op.groups(), in);
    Dim outputs = Dims.times(weight.dim(1), op.groups());
    if (in.has(2)) {
      in.expectVector("the bias", 2, outputs);
    }
    requireEntries("output_padding", op.outputPadding(), window, in);
    requireEntries("output_shape", op.outputShape(), window, in);
    List<Dim> dims = new ArrayList<>(List.of(x.dim(0), outputs));
    for (int axis = 0; axis < window.rank(); axis++) {
      dims.add(spread(op, axis, x.dim(axis + 2), in));
    }
    return in.like(new Shape(dims));
  }

  /** The pooled values, and for maximum pooling where they were found. */
  static List<ValueType> pool(Window window, boolean ceil, Operands in) {
    Shape x = spatialInput(window, in);
    List<Dim> dims = new ArrayList<>(List.of(x.dim(0), x.dim(1)));
    for (int axis = 0; axis < window.rank(); axis++) {
      dims.add(slide(window, axis, x.dim(axis + 2), ceil, in));
    }
    Shape shape = new Shape(dims);
    return List.of(new ValueType(in.type(0), shape), new ValueType(DataType.INT64, shape));
  }

  static List<ValueType> globalPool(Operands in) {
    Shape x = in.shape(0);
    in.expectRankAtLeast("the input", x, 3);
    for (int axis = 2; axis < x.rank(); axis++) {
      x = x.with(axis, Dim.of(1));
    }
    return in.like(x);
  }

  static List<ValueType> depthToSpace(int block, Operands in) {
    Shape x = in.shape(0);
    in.expectRank("the input", x, 4);
    long area = Math.multiplyExact((long) block, block);
    requireDivisible("channels over the square of the block", x.dim(1), area, in);
    return in.like(
        new Shape(
            List.of(
                x.dim(0),
                divide(x.dim(1), area),
                Dims.times(x.dim(2), block),
                Dims.times(x.dim(3), block))));
  }

  static List<ValueType> spaceToDepth(int block, Operands in) {
    Shape x = in.shape(0);
    in.expectRank("the input", x, 4);
    requireDivisible("height over the block", x.dim(2), block, in);
    requireDivisible("width over the block", x.dim(3), block, in);
    return in.like(
        new Shape(
            List.of(
                x.dim(0),
                Dims.times(x.dim(1), Math.multiplyExact((long) block, block)),
                divide(x.dim(2), block),
                divide(x.dim(3), block))));
  }

  private static Shape spatialInput(Window window, Operands in) {
    Shape x = in.shape(0);
    in.expectRank("the input", x, window.rank() + 2);
    return x;
  }

  private static Shape weight(Window window, Operands in) {
    Shape weight = in.shape(1);
    in.expectRank("the weight", weight, window.rank() + 2);
    for (int axis = 0; axis < window.rank(); axis++) {
      in.expectSize(
          "spatial size " + axis + " of the weight",
          Dim.of(window.kernel().get(axis)),
          weight.dim(axis + 2));
    }
    return weight;
  }

  /** Number of positions of a window that slides over {@code size}. */
  private static Dim slide(Window window, int axis, Dim size, boolean ceil, Operands in) {
    long stride = window.strides().get(axis);
    boolean same = !window.hasFixedPads();
    if (!size.isFixed()) {
      boolean keeps = same || padding(window, axis) == window.extent(axis) - 1;
      return stride == 1 && keeps ? size : Dim.unknown();
    }
    if (same) {
      return Dim.of((size.size() + stride - 1) / stride);
    }
    long room = size.size() + padding(window, axis) - window.extent(axis);
    if (room < 0) {
      throw in.error(
          "size of spatial axis %d with its padding".formatted(axis),
          window.extent(axis) + " or more",
          size.size() + padding(window, axis));
    }
    long count = (ceil ? Math.ceilDiv(room, stride) : room / stride) + 1;
    // A window that would start in the padding behind the input is dropped, as ONNX Runtime does.
    boolean outside = ceil && (count - 1) * stride >= size.size() + begin(window, axis);
    return Dim.of(outside ? count - 1 : count);
  }

  private static long begin(Window window, int axis) {
    return window.autoPad() == Window.AutoPad.VALID ? 0 : window.pads().get(axis);
  }

  private static long padding(Window window, int axis) {
    return window.autoPad() == Window.AutoPad.VALID
        ? 0
        : (long) window.pads().get(axis) + window.pads().get(axis + window.rank());
  }

  private static Dim spread(Op.ConvTranspose op, int axis, Dim size, Operands in) {
    Window window = op.window();
    if (!op.outputShape().isEmpty()) {
      return Dim.of(op.outputShape().get(axis));
    }
    long stride = window.strides().get(axis);
    long extra = op.outputPadding().isEmpty() ? 0 : op.outputPadding().get(axis);
    if (!window.hasFixedPads()) {
      // A window shorter than its stride leaves less than SAME asks for: padding only takes away.
      long missing = Math.min(0, window.extent(axis) + extra - stride);
      return Dims.plus(Dims.times(size, stride), missing);
    }
    long more = extra + window.extent(axis) - padding(window, axis) - stride;
    if (!size.isFixed()) {
      return Dims.plus(Dims.times(size, stride), more);
    }
    long out = Math.addExact(Math.multiplyExact(size.size(), stride), more);
    if (out < 1) {
      throw in.error("output size of spatial axis " + axis, "1 or more", out);
    }
    return Dim.of(out);
  }

  private static void requireEntries(
      String what, List<Integer> values, Window window, Operands in) {
    if (!values.isEmpty() && values.size() != window.rank()
        || values.stream().anyMatch(value -> value < 0)) {
      throw in.error(what, window.rank() + " sizes", values);
    }
  }

  private static void requireDivisible(String what, Dim size, long by, Operands in) {
    if (size.isFixed() && size.size() % by != 0) {
      throw in.error(what, "a multiple of " + by, size);
    }
  }

  private static Dim divide(Dim size, long by) {
    return by == 1 ? size : size.isFixed() ? Dim.of(size.size() / by) : Dim.unknown();
  }
}
