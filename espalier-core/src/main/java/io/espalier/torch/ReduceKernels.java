package io.espalier.torch;

import io.espalier.graph.Op;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Reductions over axes. */
final class ReduceKernels {
  private ReduceKernels() {}

  static Kernel of(Op.Reduce op) {
    long[] axes = Args.longs(op.axes());
    boolean keep = op.keepDims();
    return switch (op.kind()) {
      case MEAN -> Kernel.unary(x -> x.mean(axes, keep, Args.anyType()));
      case SUM -> Kernel.unary(x -> sum(x, axes, keep));
      case MAX -> Kernel.unary(x -> x.amax(axes, keep));
      case MIN -> Kernel.unary(x -> x.amin(axes, keep));
      case PROD -> Kernel.unary(x -> product(x, op.axes(), keep));
      case L1 -> Kernel.unary(x -> sum(x.abs(), axes, keep));
      case L2 -> Kernel.unary(x -> sum(x.mul(x), axes, keep).sqrt());
      case SUM_SQUARE -> Kernel.unary(x -> sum(x.mul(x), axes, keep));
    };
  }

  /** A stable sort keeps the order of equal elements, which libtorch's own topk does not. */
  static Kernel topK(Op.TopK op) {
    return (in, pass) -> {
      BoolOptional stable = new BoolOptional(true);
      T_TensorTensor_T sorted = torch.sort(in[0], stable, op.axis(), op.largest());
      Tensor values = sorted.get0().narrow(op.axis(), 0, op.count());
      Tensor indices = sorted.get1().narrow(op.axis(), 0, op.count());
      return new Tensor[] {values, indices};
    };
  }

  /** libtorch widens integers in a sum; ONNX does not. */
  private static Tensor sum(Tensor x, long[] axes, boolean keep) {
    Tensor sum = x.sum(axes, keep, Args.anyType());
    return x.is_floating_point() ? sum : sum.to(x.scalar_type());
  }

  private static Tensor product(Tensor x, List<Integer> axes, boolean keep) {
    List<Integer> last =
        axes.stream()
            .map(axis -> Args.axis(axis, x.dim()))
            .sorted((a, b) -> Integer.compare(b, a))
            .toList();
    Tensor product = x;
    for (int axis : last) {
      product = product.prod(axis, keep, Args.anyType());
    }
    return product;
  }
}
