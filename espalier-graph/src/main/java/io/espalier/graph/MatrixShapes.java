package io.espalier.graph;

import java.util.ArrayList;
import java.util.List;

/** Shapes of matrix products, normalisations and pointwise operators. */
final class MatrixShapes {
  private MatrixShapes() {}

  static List<ValueType> gemm(Op.Gemm op, Operands in) {
    Shape a = in.shape(0);
    Shape b = in.shape(1);
    in.expectRank("input a", a, 2);
    in.expectRank("input b", b, 2);
    in.expectSize("inner size of input b", a.dim(op.transA() ? 0 : 1), b.dim(op.transB() ? 1 : 0));
    Shape out = new Shape(List.of(a.dim(op.transA() ? 1 : 0), b.dim(op.transB() ? 0 : 1)));
    if (in.has(2) && !Dims.fits(in.shape(2), out)) {
      throw in.error("shape of input c", "one that broadcasts to " + out, in.shape(2));
    }
    return in.like(out);
  }

  static List<ValueType> matMul(Operands in) {
    Shape a = in.shape(0);
    Shape b = in.shape(1);
    in.expectRankAtLeast("input a", a, 1);
    in.expectRankAtLeast("input b", b, 1);
    in.expectSize("inner size of input b", a.dim(-1), b.dim(b.rank() == 1 ? 0 : -2));
    Shape outerA = new Shape(a.dims().subList(0, Math.max(0, a.rank() - 2)));
    Shape outerB = new Shape(b.dims().subList(0, Math.max(0, b.rank() - 2)));
    Shape outer =
        Dims.broadcast(outerA, outerB)
            .orElseThrow(() -> in.error("outer axes of input b", outerA, outerB));
    List<Dim> dims = new ArrayList<>(outer.dims());
    if (a.rank() > 1) {
      dims.add(a.dim(-2));
    }
    if (b.rank() > 1) {
      dims.add(b.dim(-1));
    }
    return in.like(new Shape(dims));
  }

  static List<ValueType> batchNorm(Operands in) {
    Shape x = in.shape(0);
    in.expectRankAtLeast("the input", x, 2);
    List<String> vectors = List.of("the scale", "the bias", "the mean", "the variance");
    for (int i = 0; i < vectors.size(); i++) {
      in.expectVector(vectors.get(i), i + 1, x.dim(1));
    }
    return in.like(x);
  }

  static List<ValueType> instanceNorm(Operands in) {
    Shape x = in.shape(0);
    in.expectRankAtLeast("the input", x, 3);
    in.expectVector("the scale", 1, x.dim(1));
    in.expectVector("the bias", 2, x.dim(1));
    return in.like(x);
  }

  /** The normalised value, and optionally the mean and the inverse deviation of each slice. */
  static List<ValueType> layerNorm(Op.LayerNorm op, Operands in) {
    Shape x = in.shape(0);
    int axis = in.axis(op.axis(), x.rank());
    for (int input = 1; input <= 2; input++) {
      if ((input == 1 || in.has(2)) && !Dims.fits(in.shape(input), x)) {
        throw in.error("shape of input " + input, "one that broadcasts to " + x, in.shape(input));
      }
    }
    Shape statistics = x;
    for (int i = axis; i < x.rank(); i++) {
      statistics = statistics.with(i, Dim.of(1));
    }
    ValueType slices = new ValueType(DataType.FLOAT, statistics);
    return List.of(in.value(0), slices, slices);
  }

  static List<ValueType> pointwise(Pointwise kind, Operands in) {
    int count = in.node().inputs().size();
    if (kind.arity() < 0 ? count < 1 : count != kind.arity()) {
      throw in.error("number of inputs", kind.arity() < 0 ? "1 or more" : kind.arity(), count);
    }
    Shape shape = in.shape(0);
    for (int i = 1; i < count; i++) {
      Shape left = shape;
      Shape right = in.shape(i);
      shape =
          Dims.broadcast(left, right)
              .orElseThrow(
                  () -> in.error("input shapes", "shapes that broadcast", left + " and " + right));
    }
    if (kind == Pointwise.PRELU && !Dims.fits(in.shape(1), in.shape(0))) {
      throw in.error("slope", "a shape that broadcasts to " + in.shape(0), in.shape(1));
    }
    DataType type = in.type(kind == Pointwise.WHERE ? 1 : 0);
    return List.of(new ValueType(kind.isPredicate() ? DataType.BOOL : type, shape));
  }

  static List<ValueType> quantize(int axis, Operands in) {
    requireScale(axis, in);
    DataType type = in.has(2) ? in.type(2) : DataType.UINT8;
    return List.of(new ValueType(type, in.shape(0)));
  }

  static List<ValueType> dequantize(int axis, Operands in) {
    requireScale(axis, in);
    return List.of(new ValueType(in.type(1), in.shape(0)));
  }

  private static void requireScale(int axis, Operands in) {
    Shape x = in.shape(0);
    Shape scale = in.shape(1);
    if (scale.rank() == 1 && scale.size(0) != 1) {
      in.expectSize("length of the scale", x.dim(in.axis(axis, x.rank())), scale.dim(0));
    } else if (scale.rank() > 1) {
      throw in.error("rank of the scale", "0 or 1", scale);
    }
  }
}
