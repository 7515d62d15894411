package io.espalier.torch;

import io.espalier.graph.Op;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Matrix products. */
final class LinearKernels {
  private LinearKernels() {}

  static Kernel gemm(Op.Gemm op) {
    boolean layer = op.alpha() == 1 && op.beta() == 1 && !op.transA() && op.transB();
    return Kernel.of(
        (in, pass) ->
            layer && (!Args.has(in, 2) || in[2].dim() == 1)
                ? torch.linear(in[0], in[1], Args.optional(in, 2))
                : product(op, in));
  }

  private static Tensor product(Op.Gemm op, Tensor[] in) {
    Tensor a = op.transA() ? in[0].transpose(0, 1) : in[0];
    Tensor b = op.transB() ? in[1].transpose(0, 1) : in[1];
    Tensor product = scaled(a.matmul(b), op.alpha());
    return Args.has(in, 2) ? product.add(scaled(in[2], op.beta())) : product;
  }

  private static Tensor scaled(Tensor x, double factor) {
    return factor == 1 ? x : x.mul(new Scalar(factor));
  }

  static Kernel matMul() {
    return Kernel.of((in, pass) -> in[0].matmul(in[1]));
  }
}
