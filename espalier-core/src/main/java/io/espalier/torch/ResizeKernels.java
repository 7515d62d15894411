package io.espalier.torch;

import io.espalier.graph.Node;
import io.espalier.graph.Op;
import java.util.Arrays;
import java.util.Set;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Resize. libtorch's own operators run where they sample the same positions; else each axis is
 * sampled by itself, at positions and with weights that are worked out here.
 */
final class ResizeKernels {
  private static final Set<String> COORDINATES =
      Set.of(
          "half_pixel",
          "half_pixel_symmetric",
          "pytorch_half_pixel",
          "align_corners",
          "asymmetric",
          "tf_half_pixel_for_nn");
  private static final double LIBTORCH_CUBIC = -0.75;

  private ResizeKernels() {}

  static Kernel of(Node node, Op.Resize op) {
    if (!COORDINATES.contains(op.coordinates())) {
      throw new UnsupportedNodeException(node, "coordinates '" + op.coordinates() + "'");
    }
    return switch (op.mode()) {
      case "nearest" -> Kernel.unary(x -> nearest(x, op));
      case "linear", "cubic" -> Kernel.unary(x -> smooth(x, op));
      default -> throw new UnsupportedNodeException(node, "mode '" + op.mode() + "'");
    };
  }

  private static Tensor nearest(Tensor x, Op.Resize op) {
    long[] sizes = sizes(x, op);
    if (isImage(x, sizes) && isPlainNearest(x, op, 2, sizes) && isPlainNearest(x, op, 3, sizes)) {
      return torch.upsample_nearest2d(
          x, new long[] {sizes[2], sizes[3]}, new DoubleOptional(), new DoubleOptional());
    }
    Tensor result = x;
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] != x.size(axis) || ResizeAxis.scale(x, op, axis, sizes) != 1) {
        result = Args.pick(result, axis, ResizeAxis.of(x, op, axis, sizes).nearest());
      }
    }
    return result;
  }

  private static boolean isPlainNearest(Tensor x, Op.Resize op, int axis, long[] sizes) {
    long[] wanted = ResizeAxis.of(x, op, axis, sizes).nearest();
    float step = (float) x.size(axis) / sizes[axis];
    long[] plain = new long[wanted.length];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = Math.min((long) (i * step), x.size(axis) - 1);
    }
    return Arrays.equals(wanted, plain);
  }

  private static Tensor smooth(Tensor x, Op.Resize op) {
    long[] sizes = sizes(x, op);
    boolean cubic = op.mode().equals("cubic");
    if (isImage(x, sizes) && isPlainSmooth(x, op, sizes, cubic)) {
      boolean corners = op.coordinates().equals("align_corners");
      long[] size = {sizes[2], sizes[3]};
      DoubleOptional none = new DoubleOptional();
      return cubic
          ? torch.upsample_bicubic2d(x, size, corners, none, none)
          : torch.upsample_bilinear2d(x, size, corners, none, none);
    }
    Tensor result = x;
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] != x.size(axis) || ResizeAxis.scale(x, op, axis, sizes) != 1) {
        result = blend(result, axis, ResizeAxis.of(x, op, axis, sizes).smooth(cubic));
      }
    }
    return result;
  }

  private static boolean isPlainSmooth(Tensor x, Op.Resize op, long[] sizes, boolean cubic) {
    boolean known =
        switch (op.coordinates()) {
          case "half_pixel", "align_corners" -> true;
          case "pytorch_half_pixel" -> sizes[2] > 1 && sizes[3] > 1;
          default -> false;
        };
    boolean plainCubic = op.cubicCoefficient() == LIBTORCH_CUBIC && !op.excludeOutside();
    return known && (!cubic || plainCubic) && isExact(x, op, sizes, 2) && isExact(x, op, sizes, 3);
  }

  /** True when the scale is the quotient of the sizes, as libtorch assumes. */
  private static boolean isExact(Tensor x, Op.Resize op, long[] sizes, int axis) {
    return ResizeAxis.scale(x, op, axis, sizes) * x.size(axis) == sizes[axis];
  }

  private static Tensor blend(Tensor x, int axis, ResizeAxis.Samples samples) {
    Tensor sum = null;
    for (int tap = 0; tap < samples.positions().length; tap++) {
      Tensor part =
          x.index_select(axis, Args.index(samples.positions()[tap]))
              .mul(Args.along(x, axis, samples.weights()[tap]));
      sum = sum == null ? part : sum.add(part);
    }
    return sum;
  }

  private static boolean isImage(Tensor x, long[] sizes) {
    return sizes.length == 4
        && x.is_floating_point()
        && sizes[0] == x.size(0)
        && sizes[1] == x.size(1);
  }

  /** The sizes of the result; a size of -1 keeps the input's. */
  private static long[] sizes(Tensor x, Op.Resize op) {
    long[] sizes = Storage.shape(x);
    for (int axis = 0; axis < sizes.length; axis++) {
      if (op.sizes().isEmpty()) {
        sizes[axis] = (long) Math.floor(sizes[axis] * op.scales().get(axis));
      } else if (op.sizes().get(axis) >= 0) {
        sizes[axis] = op.sizes().get(axis);
      }
    }
    return sizes;
  }
}
