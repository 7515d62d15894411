package io.espalier.torch;

import io.espalier.graph.Op;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Operators that move elements and compute nothing. */
final class ShapeKernels {
  private ShapeKernels() {}

  static Kernel concat(Op.Concat op) {
    return Kernel.of((in, pass) -> torch.cat(new TensorVector(in), op.axis()));
  }

  static Kernel split(Op.Split op) {
    return (in, pass) -> {
      Tensor[] parts = new Tensor[op.sizes().size()];
      long start = 0;
      for (int i = 0; i < parts.length; i++) {
        parts[i] = in[0].narrow(op.axis(), start, op.sizes().get(i));
        start += op.sizes().get(i);
      }
      return parts;
    };
  }

  static Kernel slice(Op.Slice op) {
    return Kernel.unary(
        x -> {
          Tensor result = x;
          for (int i = 0; i < op.axes().size(); i++) {
            int axis = Args.axis(op.axes().get(i), x.dim());
            result = slice(result, axis, op.starts().get(i), op.ends().get(i), op.steps().get(i));
          }
          return result;
        });
  }

  /** A negative step is a slice forwards that is then turned round. */
  private static Tensor slice(Tensor x, int axis, long start, long end, long step) {
    long size = x.size(axis);
    long from = clamp(start < 0 ? start + size : start, 0, step > 0 ? size : size - 1);
    long least = step > 0 ? 0 : -1;
    long to = clamp(end < 0 ? end + size : end, least, step > 0 ? size : size - 1);
    if (step > 0) {
      return Args.slice(x, axis, from, Math.max(from, to), step);
    }
    long count = Math.max(0, Math.ceilDiv(from - to, -step));
    long lowest = count == 0 ? 0 : from + (count - 1) * step;
    long above = count == 0 ? 0 : from + 1;
    return Args.slice(x, axis, lowest, above, -step).flip(axis);
  }

  private static long clamp(long value, long least, long most) {
    return Math.max(least, Math.min(most, value));
  }

  static Kernel gather(Op.Gather op) {
    return Kernel.unary(
        x -> {
          int axis = Args.axis(op.axis(), x.dim());
          long size = x.size(axis);
          long[] indices = op.indices().stream().mapToLong(i -> i < 0 ? i + size : i).toArray();
          return op.scalar() ? x.select(axis, indices[0]) : Args.pick(x, axis, indices);
        });
  }

  static Kernel pad(Op.Pad op) {
    long[] pads = Args.longs(op.pads());
    return op.mode().equals("constant")
        ? Kernel.unary(x -> Pads.apply(x, pads, op.value()))
        : Kernel.unary(x -> repeat(x, op.mode(), pads));
  }

  /** Padding that repeats elements: positions along one axis after the other. */
  private static Tensor repeat(Tensor x, String mode, long[] pads) {
    Tensor result = x;
    int rank = pads.length / 2;
    for (int axis = 0; axis < rank; axis++) {
      long begin = pads[axis];
      long end = pads[rank + axis];
      if (begin != 0 || end != 0) {
        long size = x.size(axis);
        long[] from = new long[Math.toIntExact(begin + size + end)];
        for (int i = 0; i < from.length; i++) {
          from[i] = source(mode, i - begin, size);
        }
        result = Args.pick(result, axis, from);
      }
    }
    return result;
  }

  private static long source(String mode, long position, long size) {
    if (mode.equals("edge")) {
      return clamp(position, 0, size - 1);
    }
    if (mode.equals("wrap")) {
      return Math.floorMod(position, size);
    }
    long period = Math.max(1, 2 * (size - 1));
    long within = Math.floorMod(position, period);
    return Math.min(within, period - within) % size;
  }

  static Kernel flatten(Op.Flatten op) {
    return Kernel.unary(x -> matrix(x, Args.axis(op.axis(), x.dim())));
  }

  /** {@code x} as a matrix: the axes before {@code axis}, and the rest. */
  static Tensor matrix(Tensor x, int axis) {
    long[] shape = Storage.shape(x);
    long rows = product(Arrays.copyOf(shape, axis));
    return x.reshape(rows, product(Arrays.copyOfRange(shape, axis, shape.length)));
  }

  private static long product(long[] sizes) {
    return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
  }

  static Kernel reshape(Op.Reshape op) {
    long[] target = Args.longs(op.shape());
    boolean copies = !op.allowZero() && op.shape().contains(0L);
    return Kernel.unary(x -> x.reshape(copies ? copied(target, x) : target));
  }

  private static long[] copied(long[] target, Tensor x) {
    long[] shape = target.clone();
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = shape[axis] == 0 ? x.size(axis) : shape[axis];
    }
    return shape;
  }

  static Kernel transpose(Op.Transpose op) {
    long[] permutation = Args.longs(op.permutation());
    return Kernel.unary(x -> x.permute(permutation));
  }

  static Kernel squeeze(Op.Squeeze op) {
    long[] axes = Args.longs(op.axes());
    return Kernel.unary(x -> x.squeeze(axes));
  }

  static Kernel unsqueeze(Op.Unsqueeze op) {
    return Kernel.unary(
        x -> {
          long rank = x.dim() + op.axes().size();
          List<Integer> axes =
              op.axes().stream().map(axis -> Args.axis(axis, rank)).sorted().toList();
          Tensor result = x;
          for (int axis : axes) {
            result = result.unsqueeze(axis);
          }
          return result;
        });
  }

  static Kernel expand(Op.Expand op) {
    long[] target = Args.longs(op.shape());
    return Kernel.unary(
        x -> {
          int extra = target.length - Math.toIntExact(x.dim());
          long[] shape = extra < 0 ? Storage.shape(x) : target.clone();
          for (int axis = 0; axis < target.length; axis++) {
            int at = extra < 0 ? axis - extra : axis;
            boolean keeps = target[axis] == 1 && at - Math.max(0, extra) >= 0;
            shape[at] = keeps ? x.size(at - Math.max(0, extra)) : target[axis];
          }
          return x.expand(shape);
        });
  }

  static Kernel depthToSpace(Op.DepthToSpace op) {
    if (op.columnRow()) {
      return Kernel.unary(x -> torch.pixel_shuffle(x, op.block()));
    }
    int b = op.block();
    return Kernel.unary(
        x -> {
          long c = x.size(1) / (b * b);
          long h = x.size(2);
          long w = x.size(3);
          return x.reshape(x.size(0), b, b, c, h, w)
              .permute(0, 3, 4, 1, 5, 2)
              .reshape(x.size(0), c, h * b, w * b);
        });
  }

  static Kernel spaceToDepth(Op.SpaceToDepth op) {
    int b = op.block();
    return Kernel.unary(
        x -> {
          long c = x.size(1);
          long h = x.size(2) / b;
          long w = x.size(3) / b;
          return x.reshape(x.size(0), c, h, b, w, b)
              .permute(0, 3, 5, 1, 2, 4)
              .reshape(x.size(0), c * b * b, h, w);
        });
  }
}
