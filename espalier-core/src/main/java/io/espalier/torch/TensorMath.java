package io.espalier.torch;

import io.espalier.graph.DataType;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a {@link DeviceTensor} computes: each operation makes a new tensor. */
abstract sealed class TensorMath permits DeviceTensor {
  /** The native handle, for this package. */
  abstract Tensor raw();

  // Arithmetic, with broadcasting

  public DeviceTensor add(DeviceTensor other) {
    return call(() -> raw().add(other.raw()));
  }

  public DeviceTensor add(double value) {
    return scalar(value, raw()::add);
  }

  public DeviceTensor sub(DeviceTensor other) {
    return call(() -> raw().sub(other.raw()));
  }

  public DeviceTensor mul(DeviceTensor other) {
    return call(() -> raw().mul(other.raw()));
  }

  public DeviceTensor mul(double value) {
    return scalar(value, raw()::mul);
  }

  public DeviceTensor div(DeviceTensor other) {
    return call(() -> raw().div(other.raw()));
  }

  public DeviceTensor div(double value) {
    return scalar(value, raw()::div);
  }

  public DeviceTensor pow(double exponent) {
    return scalar(exponent, raw()::pow);
  }

  public DeviceTensor neg() {
    return call(raw()::neg);
  }

  public DeviceTensor abs() {
    return call(raw()::abs);
  }

  public DeviceTensor sign() {
    return call(raw()::sign);
  }

  public DeviceTensor square() {
    return call(raw()::square);
  }

  public DeviceTensor sqrt() {
    return call(raw()::sqrt);
  }

  public DeviceTensor exp() {
    return call(raw()::exp);
  }

  public DeviceTensor log() {
    return call(raw()::log);
  }

  public DeviceTensor relu() {
    return call(raw()::relu);
  }

  public DeviceTensor sigmoid() {
    return call(raw()::sigmoid);
  }

  public DeviceTensor tanh() {
    return call(raw()::tanh);
  }

  public DeviceTensor round() {
    return call(raw()::round);
  }

  /** The larger of the two at each position. */
  public DeviceTensor maximum(DeviceTensor other) {
    return call(() -> torch.maximum(raw(), other.raw()));
  }

  /** The smaller of the two at each position. */
  public DeviceTensor minimum(DeviceTensor other) {
    return call(() -> torch.minimum(raw(), other.raw()));
  }

  public DeviceTensor clamp(double least, double most) {
    return call(
        () -> {
          try (Scalar low = new Scalar(least);
              Scalar high = new Scalar(most);
              ScalarOptional min = new ScalarOptional(low);
              ScalarOptional max = new ScalarOptional(high)) {
            return raw().clamp(min, max);
          }
        });
  }

  /** Matrix product over the last two axes. */
  public DeviceTensor matmul(DeviceTensor other) {
    return call(() -> raw().matmul(other.raw()));
  }

  /**
   * The lower triangle L with {@code L L' = this}, a symmetric matrix; empty if this is not
   * positive definite.
   */
  public Optional<DeviceTensor> cholesky() {
    return TorchException.call(
        () -> {
          try (T_TensorTensor_T found = torch.linalg_cholesky_ex(raw(), false, false);
              Tensor failed = new Tensor(found.get1())) {
            return failed.item_int() == 0
                ? Optional.of(new DeviceTensor(new Tensor(found.get0())))
                : Optional.empty();
          }
        });
  }

  /** The X with {@code A X = this}, where {@code factor} is the {@link #cholesky()} of A. */
  public DeviceTensor choleskySolve(DeviceTensor factor) {
    return call(() -> raw().cholesky_solve(factor.raw(), false));
  }

  public DeviceTensor softmax(int axis) {
    return call(() -> raw().softmax(axis));
  }

  public DeviceTensor logSoftmax(int axis) {
    return call(() -> raw().log_softmax(axis));
  }

  // Comparing

  /** Where this is equal to {@code other}: a bool tensor. */
  public DeviceTensor equal(DeviceTensor other) {
    return call(() -> raw().eq(other.raw()));
  }

  /** Where this is greater than {@code other}: a bool tensor. */
  public DeviceTensor greater(DeviceTensor other) {
    return call(() -> raw().gt(other.raw()));
  }

  /** Where this is greater than {@code value}: a bool tensor. */
  public DeviceTensor greater(double value) {
    return scalar(value, raw()::gt);
  }

  /**
   * This tensor's elements where {@code condition} is true, and those of {@code other} elsewhere.
   */
  public DeviceTensor where(DeviceTensor condition, DeviceTensor other) {
    return call(() -> torch.where(condition.raw(), raw(), other.raw()));
  }

  // Reducing

  /** Sum of all elements. */
  public DeviceTensor sum() {
    return call(raw()::sum);
  }

  /** Sum over {@code axes}, which stay with size 1 where {@code keepAxes}. */
  public DeviceTensor sum(boolean keepAxes, long... axes) {
    return call(
        () -> {
          try (ScalarTypeOptional type = new ScalarTypeOptional()) {
            return raw().sum(axes, keepAxes, type);
          }
        });
  }

  /** Mean of all elements. */
  public DeviceTensor mean() {
    return call(raw()::mean);
  }

  /** Mean over {@code axes}, which stay with size 1 where {@code keepAxes}. */
  public DeviceTensor mean(boolean keepAxes, long... axes) {
    return call(
        () -> {
          try (ScalarTypeOptional type = new ScalarTypeOptional()) {
            return raw().mean(axes, keepAxes, type);
          }
        });
  }

  /** Largest of all elements. */
  public DeviceTensor max() {
    return call(raw()::max);
  }

  /** Smallest of all elements. */
  public DeviceTensor min() {
    return call(raw()::min);
  }

  /** Largest element over {@code axes}, which stay with size 1 where {@code keepAxes}. */
  public DeviceTensor max(boolean keepAxes, long... axes) {
    return call(() -> raw().amax(axes, keepAxes));
  }

  /** Position of the largest element along {@code axis}. */
  public DeviceTensor argmax(int axis) {
    return call(
        () -> {
          try (LongOptional dim = new LongOptional(axis)) {
            return raw().argmax(dim, false);
          }
        });
  }

  /** Positions of the {@code count} largest elements along {@code axis}, largest first. */
  public DeviceTensor topIndices(int count, int axis) {
    return call(
        () -> {
          try (T_TensorTensor_T found = torch.topk(raw(), count, axis, true, true)) {
            return new Tensor(found.get1());
          }
        });
  }

  // Shape

  public DeviceTensor reshape(long... shape) {
    return call(() -> raw().reshape(shape));
  }

  public DeviceTensor permute(long... order) {
    return call(() -> raw().permute(order));
  }

  public DeviceTensor expand(long... shape) {
    return call(() -> raw().expand(shape));
  }

  /** The slice at {@code index} of {@code axis}, which is dropped. */
  public DeviceTensor select(int axis, long index) {
    return call(() -> raw().select(axis, index));
  }

  /** {@code length} positions of {@code axis} from {@code start} on. */
  public DeviceTensor narrow(int axis, long start, long length) {
    return call(() -> raw().narrow(axis, start, length));
  }

  /** The positions {@code indices} (int64, one axis) of {@code axis}. */
  public DeviceTensor indexSelect(int axis, DeviceTensor indices) {
    return call(() -> raw().index_select(axis, indices.raw()));
  }

  /** The positions {@code indices} of {@code axis}. */
  public DeviceTensor indexSelect(int axis, long... indices) {
    try (DeviceTensor index = DeviceTensor.of(indices, indices.length)) {
      return indexSelect(axis, index);
    }
  }

  /** The elements of a matrix that stand on its diagonal; shares its memory. */
  public DeviceTensor diagonal() {
    return call(raw()::diagonal);
  }

  /**
   * This tensor with row {@code i} of {@code source} added at position {@code index[i]} of {@code
   * axis}.
   *
   * @param index int64, one axis
   */
  public DeviceTensor indexAdd(int axis, DeviceTensor index, DeviceTensor source) {
    return call(() -> raw().index_add(axis, index.raw(), source.raw()));
  }

  /** Zeros around the last axes, where {@code pads} holds all begins, then all ends. */
  public DeviceTensor pad(long... pads) {
    return call(() -> Pads.apply(raw(), pads, 0).alias());
  }

  /** The same elements as another type. */
  public DeviceTensor to(DataType type) {
    return call(() -> raw().to(Storage.scalarType(type)));
  }

  /** A copy in its own memory. */
  public DeviceTensor copy() {
    return call(raw()::clone);
  }

  private interface ByScalar {
    Tensor apply(Scalar value);
  }

  private static DeviceTensor scalar(double value, ByScalar op) {
    return call(
        () -> {
          try (Scalar scalar = new Scalar(value)) {
            return op.apply(scalar);
          }
        });
  }

  static DeviceTensor call(Supplier<Tensor> op) {
    return new DeviceTensor(TorchException.call(op));
  }
}
