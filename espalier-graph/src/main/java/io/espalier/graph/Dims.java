package io.espalier.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Arithmetic on dimensions; a result about which nothing is known is {@link Dim#unknown()}. */
final class Dims {
  private Dims() {}

  /** What is known of a size that is described twice. */
  static Dim unify(Dim a, Dim b) {
    if (a.isFixed() || b.symbol().isEmpty() && !b.isFixed()) {
      return a;
    }
    return b.isFixed() || a.symbol().isEmpty() ? b : a;
  }

  static Dim sum(List<Dim> dims) {
    Dim only = null;
    long sum = 0;
    for (Dim dim : dims) {
      if (dim.isFixed()) {
        sum = Math.addExact(sum, dim.size());
      } else if (only == null) {
        only = dim;
      } else {
        return Dim.unknown();
      }
    }
    return only == null ? Dim.of(sum) : sum == 0 ? only : Dim.unknown();
  }

  static Dim product(List<Dim> dims) {
    Dim only = null;
    long product = 1;
    for (Dim dim : dims) {
      if (dim.isFixed()) {
        product = Math.multiplyExact(product, dim.size());
      } else if (only == null) {
        only = dim;
      } else {
        return Dim.unknown();
      }
    }
    return only == null ? Dim.of(product) : product == 1 ? only : Dim.unknown();
  }

  static Dim plus(Dim dim, long more) {
    return more == 0 ? dim : dim.isFixed() ? of(Math.addExact(dim.size(), more)) : Dim.unknown();
  }

  static Dim times(Dim dim, long factor) {
    return factor == 1
        ? dim
        : dim.isFixed() ? Dim.of(Math.multiplyExact(dim.size(), factor)) : Dim.unknown();
  }

  /** The shape of a pointwise result, if the shapes go together. */
  static Optional<Shape> broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    List<Dim> dims = new ArrayList<>(rank);
    for (int i = 0; i < rank; i++) {
      Optional<Dim> dim = broadcast(aligned(a, i, rank), aligned(b, i, rank));
      if (dim.isEmpty()) {
        return Optional.empty();
      }
      dims.add(dim.get());
    }
    return Optional.of(new Shape(dims));
  }

  /** True when {@code small} may be broadcast to {@code large} without changing the latter. */
  static boolean fits(Shape small, Shape large) {
    if (small.rank() > large.rank()) {
      return false;
    }
    for (int i = 1; i <= small.rank(); i++) {
      Dim from = small.dim(-i);
      Dim to = large.dim(-i);
      if (from.isFixed() && to.isFixed() && from.size() != 1 && from.size() != to.size()) {
        return false;
      }
    }
    return true;
  }

  private static Dim of(long size) {
    if (size < 0) {
      throw new ArithmeticException("a negative size");
    }
    return Dim.of(size);
  }

  private static Dim aligned(Shape shape, int axis, int rank) {
    int own = axis - (rank - shape.rank());
    return own < 0 ? Dim.of(1) : shape.dim(own);
  }

  private static Optional<Dim> broadcast(Dim a, Dim b) {
    if (a.size() == 1 || a.equals(b)) {
      return Optional.of(b);
    }
    if (b.size() == 1) {
      return Optional.of(a);
    }
    if (a.isFixed() && b.isFixed()) {
      return Optional.empty();
    }
    return Optional.of(a.isFixed() ? a : b.isFixed() ? b : Dim.unknown());
  }
}
