package io.espalier.torch;

import io.espalier.graph.Op;
import io.espalier.graph.Window;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Pooling. Where libtorch's own operators cannot express the padding, the image is padded
 * explicitly; a mean is then the sum along one axis after the other, divided by the counts.
 */
final class PoolKernels {
  private static final int SPATIAL = 2;

  private PoolKernels() {}

  static Kernel max(Op.MaxPool op) {
    Window window = op.window();
    long[] kernel = Args.longs(window.kernel());
    long[] strides = Args.longs(window.strides());
    long[] dilations = Args.longs(window.dilations());
    return Kernel.unary(
        x -> {
          long[] pads = Pads.of(window, x);
          long[] symmetric = direct(window, pads);
          if (symmetric != null) {
            return max(x, kernel, strides, symmetric, dilations, op.ceil());
          }
          Tensor padded = Pads.apply(x, filled(window, pads, op.ceil(), x), lowest(x));
          return max(padded, kernel, strides, new long[kernel.length], dilations, false);
        });
  }

  private static double lowest(Tensor x) {
    return x.is_floating_point() ? Double.NEGATIVE_INFINITY : 0;
  }

  private static Tensor max(
      Tensor x, long[] kernel, long[] strides, long[] pads, long[] dilations, boolean ceil) {
    return switch (kernel.length) {
      case 1 -> torch.max_pool1d(x, kernel, strides, pads, dilations, ceil);
      case 2 -> torch.max_pool2d(x, kernel, strides, pads, dilations, ceil);
      default -> torch.max_pool3d(x, kernel, strides, pads, dilations, ceil);
    };
  }

  static Kernel average(Op.AveragePool op) {
    Window window = op.window();
    long[] kernel = Args.longs(window.kernel());
    long[] strides = Args.longs(window.strides());
    boolean dilated = window.dilations().stream().anyMatch(dilation -> dilation != 1);
    return Kernel.unary(
        x -> {
          long[] pads = Pads.of(window, x);
          long[] symmetric = dilated ? null : direct(window, pads);
          return symmetric != null
              ? average(x, kernel, strides, symmetric, op.ceil(), op.countPadding())
              : separately(x, op, pads);
        });
  }

  private static Tensor average(
      Tensor x, long[] kernel, long[] strides, long[] pads, boolean ceil, boolean countPadding) {
    return switch (kernel.length) {
      case 1 -> torch.avg_pool1d(x, kernel, strides, pads, ceil, countPadding);
      case 2 -> torch.avg_pool2d(x, kernel, strides, pads, ceil, countPadding, new LongOptional());
      default -> torch.avg_pool3d(x, kernel, strides, pads, ceil, countPadding, new LongOptional());
    };
  }

  private static Tensor separately(Tensor x, Op.AveragePool op, long[] pads) {
    Window window = op.window();
    Tensor sum = Pads.apply(x, filled(window, pads, op.ceil(), x), 0);
    for (int axis = 0; axis < window.rank(); axis++) {
      long out = outputs(window, axis, pads, op.ceil(), x.size(axis + SPATIAL));
      double[] shares = new double[Math.toIntExact(out)];
      for (int o = 0; o < shares.length; o++) {
        shares[o] = 1.0 / counted(op, axis, pads, x.size(axis + SPATIAL), o);
      }
      Tensor along = taps(sum, window, axis, out);
      sum = along.mul(Args.along(along, axis + SPATIAL, shares));
    }
    return sum;
  }

  /** Sum over the taps of one axis. */
  private static Tensor taps(Tensor x, Window window, int axis, long out) {
    long stride = window.strides().get(axis);
    Tensor sum = null;
    for (int tap = 0; tap < window.kernel().get(axis); tap++) {
      long start = (long) tap * window.dilations().get(axis);
      long end = start + (out - 1) * stride + 1;
      Tensor part = Args.slice(x, axis + SPATIAL, start, end, stride);
      sum = sum == null ? part : sum.add(part);
    }
    return sum;
  }

  /** Taps of window {@code o} that count: inside the image, or inside its declared padding. */
  private static int counted(Op.AveragePool op, int axis, long[] pads, long size, int o) {
    Window window = op.window();
    long begin = pads[axis];
    long least = op.countPadding() ? -begin : 0;
    long most = op.countPadding() ? size + pads[window.rank() + axis] : size;
    int counted = 0;
    for (int tap = 0; tap < window.kernel().get(axis); tap++) {
      long at = (long) o * window.strides().get(axis) - begin;
      at += (long) tap * window.dilations().get(axis);
      counted += at >= least && at < most ? 1 : 0;
    }
    return Math.max(1, counted);
  }

  /** Symmetric pads of at most half a window, which libtorch takes; else null. */
  private static long[] direct(Window window, long[] pads) {
    long[] symmetric = Pads.symmetric(pads);
    for (int axis = 0; symmetric != null && axis < window.rank(); axis++) {
      if (symmetric[axis] < 0 || 2 * symmetric[axis] > window.kernel().get(axis)) {
        return null;
      }
    }
    return symmetric;
  }

  /** Pads after which a plain pooling makes exactly the wanted number of windows. */
  private static long[] filled(Window window, long[] pads, boolean ceil, Tensor x) {
    long[] filled = pads.clone();
    for (int axis = 0; axis < window.rank(); axis++) {
      long size = x.size(axis + SPATIAL);
      long last = outputs(window, axis, pads, ceil, size) - 1;
      long needed = last * window.strides().get(axis) + window.extent(axis);
      filled[window.rank() + axis] = needed - size - pads[axis];
    }
    return filled;
  }

  /** Windows along an axis; one that rounding up adds must begin inside the image or before it. */
  private static long outputs(Window window, int axis, long[] pads, boolean ceil, long size) {
    long stride = window.strides().get(axis);
    long begin = pads[axis];
    long room = size + begin + pads[window.rank() + axis] - window.extent(axis);
    if (!ceil) {
      return Math.floorDiv(room, stride) + 1;
    }
    long outputs = Math.ceilDiv(room, stride) + 1;
    return (outputs - 1) * stride >= size + begin ? outputs - 1 : outputs;
  }

  static Kernel global(Op.GlobalPool op) {
    return Kernel.unary(
        x -> {
          long[] axes = new long[Math.toIntExact(x.dim()) - SPATIAL];
          for (int i = 0; i < axes.length; i++) {
            axes[i] = i + SPATIAL;
          }
          return op.max() ? x.amax(axes, true) : x.mean(axes, true, Args.anyType());
        });
  }
}
