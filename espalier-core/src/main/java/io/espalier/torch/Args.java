package io.espalier.torch;

import io.espalier.graph.DataType;
import java.util.Collection;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Arguments in the forms that the native functions take; the open scope frees them. */
final class Args {
  private Args() {}

  /** {@code in[index]}, or nothing where it is left out. */
  static TensorOptional optional(Tensor[] in, int index) {
    return index < in.length && in[index] != null
        ? new TensorOptional(in[index])
        : new TensorOptional();
  }

  static boolean has(Tensor[] in, int index) {
    return index < in.length && in[index] != null;
  }

  static ScalarTypeOptional anyType() {
    return new ScalarTypeOptional();
  }

  static long[] longs(Collection<? extends Number> values) {
    return values.stream().mapToLong(Number::longValue).toArray();
  }

  /** {@code axis} from the front, for a tensor of {@code rank} axes. */
  static int axis(int axis, long rank) {
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Positions {@code start} to below {@code end} of {@code axis}, every {@code step}-th. */
  static Tensor slice(Tensor x, int axis, long start, long end, long step) {
    return x.slice(axis, new LongOptional(start), new LongOptional(end), step);
  }

  /** The positions {@code indices} of {@code axis}, as a view where they form a regular run. */
  static Tensor pick(Tensor x, int axis, long[] indices) {
    long step = indices.length > 1 ? indices[1] - indices[0] : 1;
    boolean regular = indices.length > 0 && step > 0;
    for (int i = 1; regular && i < indices.length; i++) {
      regular = indices[i] - indices[i - 1] == step;
    }
    return regular
        ? slice(x, axis, indices[0], indices[indices.length - 1] + 1, step)
        : x.index_select(axis, index(indices));
  }

  /** An int64 tensor of one axis. */
  static Tensor index(long[] indices) {
    return Storage.write(Storage.empty(DataType.INT64, indices.length), indices);
  }

  /** {@code values} along {@code axis} of {@code like}, in its type, to be broadcast. */
  static Tensor along(Tensor like, int axis, double[] values) {
    Tensor wide =
        Storage.upload(
            io.espalier.graph.Tensor.of(DataType.DOUBLE, new int[] {values.length}, values));
    return alongAxis(wide.to(like.scalar_type()), axis, like.dim());
  }

  /** A vector shaped so that it broadcasts along {@code axis} of a tensor of {@code rank} axes. */
  static Tensor alongAxis(Tensor vector, int axis, long rank) {
    long[] shape = new long[Math.toIntExact(rank)];
    java.util.Arrays.fill(shape, 1);
    shape[axis] = vector.numel();
    return vector.reshape(shape);
  }
}
