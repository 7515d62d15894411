package io.espalier.torch;

import io.espalier.graph.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A handle on a tensor in native memory. The innermost open {@link Scope} of the thread frees it;
 * where no scope is open, or after {@link Scope#keep}, {@link #close()} does. Every operation makes
 * a new tensor, except those whose name ends in {@code InPlace}, and takes part in gradients unless
 * it runs inside {@link #withoutGradients}. Not for use by several threads.
 */
public final class DeviceTensor extends TensorMath implements AutoCloseable {
  private final Tensor raw;

  DeviceTensor(Tensor raw) {
    this.raw = OpenTensors.track(raw);
  }

  @Override
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

  /** Joins {@code tensors} along {@code axis}. */
  public static DeviceTensor cat(List<DeviceTensor> tensors, int axis) {
    return call(
        () -> {
          try (TensorVector all = vector(tensors)) {
            return torch.cat(all, axis);
          }
        });
  }

  /** A tensor of this one's shape and type that holds {@code value} everywhere. */
  public DeviceTensor fullLike(double value) {
    return call(() -> torch.empty_like(raw)).fillInPlace(value);
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

  /** Adds the matrix product of {@code left} and {@code right}; returns this. */
  public DeviceTensor addMatmulInPlace(DeviceTensor left, DeviceTensor right) {
    return inPlace(() -> raw.addmm_(left.raw, right.raw));
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

  private DeviceTensor inPlace(Supplier<? extends org.bytedeco.pytorch.TensorBase> op) {
    TorchException.call(op);
    return this;
  }
}
