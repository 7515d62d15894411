package io.espalier.torch;

import io.espalier.graph.Op;
import io.espalier.graph.Window;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Convolutions over 1 to 3 spatial axes. */
final class ConvKernels {
  private ConvKernels() {}

  static Kernel conv(Op.Conv op) {
    Window window = op.window();
    long[] strides = Args.longs(window.strides());
    long[] dilations = Args.longs(window.dilations());
    long[] fixed = window.hasFixedPads() ? Pads.of(window, null) : null;
    long[] symmetric = fixed == null ? null : Pads.symmetric(fixed);
    return Kernel.of(
        (in, pass) -> {
          Tensor x = in[0];
          long[] pads = symmetric;
          if (pads == null) {
            long[] all = fixed == null ? Pads.of(window, x) : fixed;
            pads = Pads.common(all);
            x = Pads.apply(x, Pads.excess(all, pads), 0);
          }
          return conv(x, in[1], Args.optional(in, 2), strides, pads, dilations, op.groups());
        });
  }

  private static Tensor conv(
      Tensor x,
      Tensor weight,
      TensorOptional bias,
      long[] strides,
      long[] pads,
      long[] dilations,
      int groups) {
    return switch (strides.length) {
      case 1 -> torch.conv1d(x, weight, bias, strides, pads, dilations, groups);
      case 2 -> torch.conv2d(x, weight, bias, strides, pads, dilations, groups);
      default -> torch.conv3d(x, weight, bias, strides, pads, dilations, groups);
    };
  }

  static Kernel transposed(Op.ConvTranspose op) {
    return Kernel.of((in, pass) -> transposed(op, in));
  }

  /**
   * Runs libtorch's operator directly where its symmetric padding says the same, and else crops (or
   * extends with the bias) the unpadded result.
   */
  private static Tensor transposed(Op.ConvTranspose op, Tensor[] in) {
    Window window = op.window();
    int rank = window.rank();
    long[] pads = transposedPads(op, in[0]);
    long[] begin = new long[rank];
    long[] extra = new long[rank];
    boolean direct = true;
    for (int axis = 0; axis < rank; axis++) {
      begin[axis] = pads[axis];
      extra[axis] = pads[axis] - pads[rank + axis];
      int limit = Math.max(window.strides().get(axis), window.dilations().get(axis));
      direct &= begin[axis] >= 0 && extra[axis] >= 0 && extra[axis] < limit;
    }
    if (direct) {
      return transposed(op, in[0], in[1], Args.optional(in, 2), begin, extra);
    }
    long[] none = new long[rank];
    Tensor whole = transposed(op, in[0], in[1], new TensorOptional(), none, none);
    long[] crop = new long[2 * rank];
    for (int i = 0; i < crop.length; i++) {
      crop[i] = -pads[i];
    }
    Tensor cropped = Pads.apply(whole, crop, 0);
    return Args.has(in, 2) ? cropped.add(Args.alongAxis(in[2], 1, cropped.dim())) : cropped;
  }

  /** What to take away at each side of the unpadded result; negative adds positions. */
  private static long[] transposedPads(Op.ConvTranspose op, Tensor x) {
    Window window = op.window();
    int rank = window.rank();
    long[] pads = Args.longs(window.pads());
    for (int axis = 0; axis < rank; axis++) {
      long outputPadding = at(op.outputPadding(), axis);
      long stride = window.strides().get(axis);
      long whole = stride * (x.size(axis + 2) - 1) + window.extent(axis);
      long most = whole + outputPadding;
      Long wanted = wantedSize(op, axis, Math.min(most, stride * x.size(axis + 2)));
      if (wanted != null) {
        long total = Math.max(0, most - wanted);
        boolean upper = window.autoPad() == Window.AutoPad.SAME_UPPER;
        pads[axis] = upper ? total / 2 : total - total / 2;
        pads[rank + axis] = whole - wanted - pads[axis];
      } else {
        pads[axis] = window.autoPad() == Window.AutoPad.VALID ? 0 : pads[axis];
        pads[rank + axis] = window.autoPad() == Window.AutoPad.VALID ? 0 : pads[rank + axis];
        pads[rank + axis] -= outputPadding;
      }
    }
    return pads;
  }

  private static Long wantedSize(Op.ConvTranspose op, int axis, long same) {
    if (!op.outputShape().isEmpty()) {
      int given = op.outputShape().size();
      return (long) op.outputShape().get(given - op.window().rank() + axis);
    }
    return op.window().hasFixedPads() ? null : Long.valueOf(same);
  }

  private static int at(List<Integer> values, int axis) {
    return values.isEmpty() ? 0 : values.get(axis);
  }

  private static Tensor transposed(
      Op.ConvTranspose op,
      Tensor x,
      Tensor weight,
      TensorOptional bias,
      long[] pads,
      long[] outputPadding) {
    long[] strides = Args.longs(op.window().strides());
    long[] dilations = Args.longs(op.window().dilations());
    int groups = op.groups();
    return switch (strides.length) {
      case 1 ->
          torch.conv_transpose1d(x, weight, bias, strides, pads, outputPadding, groups, dilations);
      case 2 ->
          torch.conv_transpose2d(x, weight, bias, strides, pads, outputPadding, groups, dilations);
      default ->
          torch.conv_transpose3d(x, weight, bias, strides, pads, outputPadding, groups, dilations);
    };
  }
}
