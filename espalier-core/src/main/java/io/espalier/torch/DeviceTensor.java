package io.espalier.torch;

import io.espalier.graph.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A handle on a tensor in native memory. The innermost open {@link Scope} of the thread frees it;
 * where no scope is open, or after {@link Scope#keep}, {@link #close()} does. Every operation makes
 * a new tensor, except those whose name ends in {@code InPlace}, and takes part in gradients unless
 * it runs inside {@link #withoutGradients}. Not for use by several threads.
 */
public final class DeviceTensor implements AutoCloseable {
  static {
    Torch.start();
  }

  private final Tensor raw;

  DeviceTensor(Tensor raw) {
    this.raw = OpenTensors.track(raw);
  }

  /** The native handle, for this package. */
  Tensor raw() {
    return raw;
  }

  /** Makes this tensor outlive every scope: the owner calls {@link #close()}. */
  DeviceTensor own() {
    raw.retainReference();
    return this;
  }

  // Making tensors

  /** A float tensor with a copy of {@code data}. */
  public static DeviceTensor of(float[] data, long... shape) {
    Storage.requireElements("tensor", data.length, shape);
    return new DeviceTensor(Storage.write(Storage.empty(DataType.FLOAT, shape), data));
  }

  /** An int64 tensor with a copy of {@code data}. */
  public static DeviceTensor of(long[] data, long... shape) {
    Storage.requireElements("tensor", data.length, shape);
    return new DeviceTensor(Storage.write(Storage.empty(DataType.INT64, shape), data));
  }

  /** A copy of {@code tensor} in its own type; unsigned types wider than a byte become int64. */
  public static DeviceTensor of(io.espalier.graph.Tensor tensor) {
    return new DeviceTensor(Storage.upload(tensor));
  }

  /** A float tensor of zeros. */
  public static DeviceTensor zeros(long... shape) {
    return full(0, shape);
  }

  /** A float tensor of ones. */
  public static DeviceTensor ones(long... shape) {
    return full(1, shape);
  }

  /** A float tensor that holds {@code value} everywhere. */
  public static DeviceTensor full(double value, long... shape) {
    return new DeviceTensor(Storage.empty(DataType.FLOAT, shape)).fillInPlace(value);
  }

  /** Standard normal numbers from the stream that {@link Torch#seed} starts. */
  public static DeviceTensor randn(long... shape) {
    return new DeviceTensor(Storage.empty(DataType.FLOAT, shape).normal_());
  }

  /** Uniform numbers of [0, 1) from the stream that {@link Torch#seed} starts. */
  public static DeviceTensor rand(long... shape) {
    return new DeviceTensor(Storage.empty(DataType.FLOAT, shape).uniform_());
  }

  /** A tensor of this one's shape and type that holds {@code value} everywhere. */
  public DeviceTensor fullLike(double value) {
    return call(() -> torch.empty_like(raw)).fillInPlace(value);
  }

  // Arithmetic, with broadcasting

  public DeviceTensor add(DeviceTensor other) {
    return call(() -> raw.add(other.raw));
  }

  public DeviceTensor add(double value) {
    return scalar(value, raw::add);
  }

  public DeviceTensor sub(DeviceTensor other) {
    return call(() -> raw.sub(other.raw));
  }

  public DeviceTensor mul(DeviceTensor other) {
    return call(() -> raw.mul(other.raw));
  }

  public DeviceTensor mul(double value) {
    return scalar(value, raw::mul);
  }

  public DeviceTensor div(DeviceTensor other) {
    return call(() -> raw.div(other.raw));
  }

  public DeviceTensor div(double value) {
    return scalar(value, raw::div);
  }

  public DeviceTensor pow(double exponent) {
    return scalar(exponent, raw::pow);
  }

  public DeviceTensor neg() {
    return call(raw::neg);
  }

  public DeviceTensor abs() {
    return call(raw::abs);
  }

  public DeviceTensor sign() {
    return call(raw::sign);
  }

  public DeviceTensor square() {
    return call(raw::square);
  }

  public DeviceTensor sqrt() {
    return call(raw::sqrt);
  }

  public DeviceTensor exp() {
    return call(raw::exp);
  }

  public DeviceTensor log() {
    return call(raw::log);
  }

  public DeviceTensor relu() {
    return call(raw::relu);
  }

  public DeviceTensor sigmoid() {
    return call(raw::sigmoid);
  }

  public DeviceTensor tanh() {
    return call(raw::tanh);
  }

  public DeviceTensor round() {
    return call(raw::round);
  }

  /** The larger of the two at each position. */
  public DeviceTensor maximum(DeviceTensor other) {
    return call(() -> torch.maximum(raw, other.raw));
  }

  /** The smaller of the two at each position. */
  public DeviceTensor minimum(DeviceTensor other) {
    return call(() -> torch.minimum(raw, other.raw));
  }

  public DeviceTensor clamp(double least, double most) {
    return call(
        () -> {
          try (Scalar low = new Scalar(least);
              Scalar high = new Scalar(most);
              ScalarOptional min = new ScalarOptional(low);
              ScalarOptional max = new ScalarOptional(high)) {
            return raw.clamp(min, max);
          }
        });
  }

  /** Matrix product over the last two axes. */
  public DeviceTensor matmul(DeviceTensor other) {
    return call(() -> raw.matmul(other.raw));
  }

  public DeviceTensor softmax(int axis) {
    return call(() -> raw.softmax(axis));
  }

  public DeviceTensor logSoftmax(int axis) {
    return call(() -> raw.log_softmax(axis));
  }

  // Comparing

  /** Where this is equal to {@code other}: a bool tensor. */
  public DeviceTensor equal(DeviceTensor other) {
    return call(() -> raw.eq(other.raw));
  }

  /** Where this is greater than {@code other}: a bool tensor. */
  public DeviceTensor greater(DeviceTensor other) {
    return call(() -> raw.gt(other.raw));
  }

  /** Where this is greater than {@code value}: a bool tensor. */
  public DeviceTensor greater(double value) {
    return scalar(value, raw::gt);
  }

  /**
   * This tensor's elements where {@code condition} is true, and those of {@code other} elsewhere.
   */
  public DeviceTensor where(DeviceTensor condition, DeviceTensor other) {
    return call(() -> torch.where(condition.raw, raw, other.raw));
  }

  // Reducing

  /** Sum of all elements. */
  public DeviceTensor sum() {
    return call(raw::sum);
  }

  /** Sum over {@code axes}, which stay with size 1 where {@code keepAxes}. */
  public DeviceTensor sum(boolean keepAxes, long... axes) {
    return call(
        () -> {
          try (ScalarTypeOptional type = new ScalarTypeOptional()) {
            return raw.sum(axes, keepAxes, type);
          }
        });
  }

  /** Mean of all elements. */
  public DeviceTensor mean() {
    return call(raw::mean);
  }

  /** Mean over {@code axes}, which stay with size 1 where {@code keepAxes}. */
  public DeviceTensor mean(boolean keepAxes, long... axes) {
    return call(
        () -> {
          try (ScalarTypeOptional type = new ScalarTypeOptional()) {
            return raw.mean(axes, keepAxes, type);
          }
        });
  }

  /** Largest of all elements. */
  public DeviceTensor max() {
    return call(raw::max);
  }

  /** Smallest of all elements. */
  public DeviceTensor min() {
    return call(raw::min);
  }

  /** Largest element over {@code axes}, which stay with size 1 where {@code keepAxes}. */
  public DeviceTensor max(boolean keepAxes, long... axes) {
    return call(() -> raw.amax(axes, keepAxes));
  }

  /** Position of the largest element along {@code axis}. */
  public DeviceTensor argmax(int axis) {
    return call(
        () -> {
          try (LongOptional dim = new LongOptional(axis)) {
            return raw.argmax(dim, false);
          }
        });
  }

  /** Positions of the {@code count} largest elements along {@code axis}, largest first. */
  public DeviceTensor topIndices(int count, int axis) {
    return call(
        () -> {
          try (T_TensorTensor_T found = torch.topk(raw, count, axis, true, true)) {
            return new Tensor(found.get1());
          }
        });
  }

  // Shape

  public DeviceTensor reshape(long... shape) {
    return call(() -> raw.reshape(shape));
  }

  public DeviceTensor permute(long... order) {
    return call(() -> raw.permute(order));
  }

  public DeviceTensor expand(long... shape) {
    return call(() -> raw.expand(shape));
  }

  /** The slice at {@code index} of {@code axis}, which is dropped. */
  public DeviceTensor select(int axis, long index) {
    return call(() -> raw.select(axis, index));
  }

  /** {@code length} positions of {@code axis} from {@code start} on. */
  public DeviceTensor narrow(int axis, long start, long length) {
    return call(() -> raw.narrow(axis, start, length));
  }

  /** The positions {@code indices} (int64, one axis) of {@code axis}. */
  public DeviceTensor indexSelect(int axis, DeviceTensor indices) {
    return call(() -> raw.index_select(axis, indices.raw));
  }

  /** The positions {@code indices} of {@code axis}. */
  public DeviceTensor indexSelect(int axis, long... indices) {
    try (DeviceTensor index = of(indices, indices.length)) {
      return indexSelect(axis, index);
    }
  }

  /** Joins {@code tensors} along {@code axis}. */
  public static DeviceTensor cat(List<DeviceTensor> tensors, int axis) {
    return call(
        () -> {
          try (TensorVector all = vector(tensors)) {
            return torch.cat(all, axis);
          }
        });
  }

  /** The same elements as another type. */
  public DeviceTensor to(DataType type) {
    return call(() -> raw.to(Storage.scalarType(type)));
  }

  /** A copy in its own memory. */
  public DeviceTensor copy() {
    return call(raw::clone);
  }

  // In place

  /** Adds {@code alpha * other}; returns this. */
  public DeviceTensor addInPlace(DeviceTensor other, double alpha) {
    return inPlace(
        () -> {
          try (Scalar factor = new Scalar(alpha)) {
            return raw.add_(other.raw, factor);
          }
        });
  }

  /** Multiplies by {@code value}; returns this. */
  public DeviceTensor mulInPlace(double value) {
    return inPlace(
        () -> {
          try (Scalar factor = new Scalar(value)) {
            return raw.mul_(factor);
          }
        });
  }

  /** Multiplies by {@code other}; returns this. */
  public DeviceTensor mulInPlace(DeviceTensor other) {
    return inPlace(() -> raw.mul_(other.raw));
  }

  /** Sets every element to {@code value}; returns this. */
  public DeviceTensor fillInPlace(double value) {
    return inPlace(
        () -> {
          try (Scalar scalar = new Scalar(value)) {
            return raw.fill_(scalar);
          }
        });
  }

  /** Takes over the elements of {@code other}, which may be of another type; returns this. */
  public DeviceTensor copyFrom(DeviceTensor other) {
    return inPlace(() -> raw.copy_(other.raw));
  }

  // Gradients

  /** This tensor's elements without their history. */
  public DeviceTensor detach() {
    return call(raw::detach);
  }

  /** Says whether gradients are collected for this tensor; returns this. */
  public DeviceTensor requiresGrad(boolean on) {
    return inPlace(() -> raw.set_requires_grad(on));
  }

  public boolean requiresGrad() {
    return raw.requires_grad();
  }

  /** Keeps the gradient of a tensor that was computed, as a leaf does; returns this. */
  public DeviceTensor retainGrad() {
    return inPlace(
        () -> {
          raw.retain_grad();
          return raw;
        });
  }

  public boolean hasGrad() {
    try (Tensor grad = raw.grad()) {
      return grad.defined();
    }
  }

  /**
   * The gradient that {@link #backward()} collected. It shares its memory: an in-place change
   * counts.
   *
   * @throws IllegalStateException if there is none
   */
  public DeviceTensor grad() {
    try (Tensor grad = raw.grad()) {
      if (!grad.defined()) {
        throw new IllegalStateException("tensor " + this + " has no gradient");
      }
      return new DeviceTensor(new Tensor(grad));
    }
  }

  /** Forgets the gradient; returns this. */
  public DeviceTensor zeroGrad() {
    raw.mutable_grad().reset();
    return this;
  }

  /** Adds this scalar's gradient to every leaf that it depends on. */
  public void backward() {
    inPlace(
        () -> {
          raw.backward();
          return raw;
        });
  }

  /** The gradients of the scalar {@code loss} with respect to {@code inputs}, in their order. */
  public static List<DeviceTensor> gradients(DeviceTensor loss, List<DeviceTensor> inputs) {
    return TorchException.call(
        () -> {
          try (TensorVector losses = vector(List.of(loss));
              TensorVector wanted = vector(inputs);
              TensorVector seeds = new TensorVector();
              BoolOptional retain = new BoolOptional();
              TensorVector found = torch.grad(losses, wanted, seeds, retain, false, false)) {
            List<DeviceTensor> gradients = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
              gradients.add(new DeviceTensor(new Tensor(found.get(i))));
            }
            return gradients;
          }
        });
  }

  /** Runs {@code code} without recording gradients. */
  public static <T> T withoutGradients(Supplier<T> code) {
    return withGradients(false, code);
  }

  static <T> T withGradients(boolean on, Supplier<T> code) {
    Torch.start();
    AutoGradMode mode = new AutoGradMode(on);
    try {
      return code.get();
    } finally {
      mode.close();
    }
  }

  // To the host

  /** The one element, as a double. */
  public double item() {
    return TorchException.call(raw::item_double);
  }

  public float[] toFloats() {
    return toHost().toFloats();
  }

  public double[] toDoubles() {
    return toHost().toDoubles();
  }

  public long[] toLongs() {
    return toHost().toLongs();
  }

  /** A copy in host memory, in row-major order. */
  public io.espalier.graph.Tensor toHost() {
    return TorchException.call(() -> Storage.download(raw));
  }

  public DataType type() {
    return Storage.dataType(raw.scalar_type());
  }

  public long[] shape() {
    return Storage.shape(raw);
  }

  public long size(int axis) {
    return raw.size(axis);
  }

  public long elements() {
    return raw.numel();
  }

  /** Gives this hold on the native memory back; using the tensor afterwards is an error. */
  @Override
  public void close() {
    raw.close();
  }

  @Override
  public String toString() {
    return raw.isNull() ? "closed tensor" : type() + Arrays.toString(shape());
  }

  static TensorVector vector(List<DeviceTensor> tensors) {
    TensorVector vector = new TensorVector();
    tensors.forEach(tensor -> vector.push_back(tensor.raw));
    return vector;
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

  private static DeviceTensor call(Supplier<Tensor> op) {
    return new DeviceTensor(TorchException.call(op));
  }

  private DeviceTensor inPlace(Supplier<? extends org.bytedeco.pytorch.TensorBase> op) {
    TorchException.call(op);
    return this;
  }
}
