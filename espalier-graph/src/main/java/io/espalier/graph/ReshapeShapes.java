package io.espalier.graph;

import java.util.ArrayList;
import java.util.List;

/** Shapes of Reshape and Flatten. */
final class ReshapeShapes {
  private ReshapeShapes() {}

  static List<ValueType> flatten(int flattenAxis, Operands in) {
    Shape x = in.shape(0);
    int axis = flattenAxis == x.rank() ? flattenAxis : in.axis(flattenAxis, x.rank());
    return in.like(
        new Shape(
            List.of(
                Dims.product(x.dims().subList(0, axis)),
                Dims.product(x.dims().subList(axis, x.rank())))));
  }

  static List<ValueType> reshape(Op.Reshape op, Operands in) {
    Shape x = in.shape(0);
    List<Dim> dims = new ArrayList<>();
    List<Dim> rest = new ArrayList<>(x.dims());
    int inferred = -1;
    for (int i = 0; i < op.shape().size(); i++) {
      long size = op.shape().get(i);
      if (size < -1 || size == -1 && inferred >= 0 || size == 0 && !copies(op, i, x)) {
        throw in.error("target shape for " + x, "sizes, 0 to copy and one -1", op.shape());
      }
      inferred = size == -1 ? i : inferred;
      boolean copied = size == 0 && !op.allowZero();
      dims.add(size == -1 ? Dim.of(1) : copied ? x.dim(i) : Dim.of(size));
      if (copied) {
        // A copied axis stands on both sides, so that it needs no number.
        rest.set(i, Dim.of(1));
      }
    }
    Dim to = Dims.product(written(op, dims));
    if (inferred >= 0) {
      dims.set(inferred, inferredSize(op, in, rest, to));
    } else {
      in.expectSize("elements of the target shape " + op.shape(), Dims.product(rest), to);
    }
    return in.like(new Shape(dims));
  }

  private static boolean copies(Op.Reshape op, int axis, Shape x) {
    return op.allowZero() || axis < x.rank();
  }

  /** The sizes that the target itself names: without the copied ones. */
  private static List<Dim> written(Op.Reshape op, List<Dim> dims) {
    List<Dim> written = new ArrayList<>();
    for (int i = 0; i < dims.size(); i++) {
      if (op.shape().get(i) != 0 || op.allowZero()) {
        written.add(dims.get(i));
      }
    }
    return written;
  }

  private static Dim inferredSize(Op.Reshape op, Operands in, List<Dim> rest, Dim to) {
    Dim from = Dims.product(rest);
    if (!from.isFixed()) {
      return symbolicSize(rest, to);
    }
    if (to.size() == 0 ? from.size() != 0 : from.size() % to.size() != 0) {
      throw in.error(
          "elements of the input", "a multiple of " + to.size() + " for " + op.shape(), from);
    }
    return Dim.of(to.size() == 0 ? 0 : from.size() / to.size());
  }

  /** The one size without a number, where the numbers on both sides cancel. */
  private static Dim symbolicSize(List<Dim> rest, Dim to) {
    List<Dim> open = rest.stream().filter(dim -> !dim.isFixed()).toList();
    Dim fixed = Dims.product(rest.stream().filter(Dim::isFixed).toList());
    return open.size() == 1 && fixed.size() == to.size() ? open.getFirst() : Dim.unknown();
  }
}
