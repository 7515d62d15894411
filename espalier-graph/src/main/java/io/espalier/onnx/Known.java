package io.espalier.onnx;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What is known of a value before the network runs. */
sealed interface Known {
  DataType type();

  int[] shape();

  /** The elements at {@code indices} of the row-major order, under the sizes {@code shape}. */
  Known pick(int[] indices, int[] shape);

  /** The element at {@code index} of the row-major order. */
  Entry entry(int index);

  int elements();

  /** All numbers. */
  record Numbers(Tensor tensor) implements Known {
    @Override
    public DataType type() {
      return tensor.type();
    }

    @Override
    public int[] shape() {
      return tensor.shape();
    }

    @Override
    public int elements() {
      return tensor.elements();
    }

    @Override
    public Known pick(int[] indices, int[] shape) {
      return new Numbers(tensor.pick(indices, shape));
    }

    @Override
    public Entry entry(int index) {
      Tensor one = tensor.pick(new int[] {index}, new int[0]);
      return tensor.type().isReal() ? Entry.of(one.toDoubles()[0]) : Entry.of(one.toLongs()[0]);
    }
  }

  /** Numbers, and sizes that have only a name until the network runs. */
  record Sizes(DataType type, int[] shape, List<Entry> entries) implements Known {
    public Sizes {
      entries = List.copyOf(entries);
    }

    @Override
    public int elements() {
      return entries.size();
    }

    @Override
    public Known pick(int[] indices, int[] newShape) {
      List<Entry> picked = new ArrayList<>(indices.length);
      for (int index : indices) {
        picked.add(entries.get(index));
      }
      return of(type, newShape, picked);
    }

    @Override
    public Entry entry(int index) {
      return entries.get(index);
    }
  }

  /** {@link Numbers} where every entry has a number, else {@link Sizes}. */
  static Known of(DataType type, int[] shape, List<Entry> entries) {
    if (!entries.stream().allMatch(Entry::isNumber)) {
      return new Sizes(type, shape, entries);
    }
    if (type == DataType.INT64) {
      long[] values = entries.stream().mapToLong(Entry::whole).toArray();
      return new Numbers(Tensor.longs(shape, values));
    }
    double[] values = entries.stream().mapToDouble(Entry::real).toArray();
    return new Numbers(Tensor.of(type, shape, values));
  }
}
