package io.espalier.torch;

import io.espalier.graph.DataType;
import io.espalier.graph.Op;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** Steps between real numbers and small integers. */
final class QuantizeKernels {
  private QuantizeKernels() {}

  /**
   * Rounds half to even and saturates.
   *
   * @param type of the result
   */
  static Kernel quantize(Op.Quantize op, DataType type) {
    int bits = 8 * type.bytes();
    boolean signed = type == DataType.INT8 || type == DataType.INT16 || type == DataType.INT32;
    double least = signed ? -Math.pow(2, bits - 1) : 0;
    double most = Math.pow(2, signed ? bits - 1 : bits) - 1;
    return Kernel.of(
        (in, pass) -> {
          Tensor steps = in[0].div(shaped(in[1], op.axis(), in[0])).round();
          Tensor shifted =
              Args.has(in, 2)
                  ? steps.add(shaped(in[2], op.axis(), in[0]).to(in[0].scalar_type()))
                  : steps;
          ScalarOptional low = new ScalarOptional(new Scalar(least));
          ScalarOptional high = new ScalarOptional(new Scalar(most));
          return shifted.clamp(low, high).to(Storage.scalarType(type));
        });
  }

  static Kernel dequantize(Op.Dequantize op) {
    return Kernel.of(
        (in, pass) -> {
          Tensor x = in[0].to(pass.real());
          Tensor shifted = Args.has(in, 2) ? x.sub(shaped(in[2], op.axis(), x).to(pass.real())) : x;
          return shifted.mul(shaped(in[1], op.axis(), x));
        });
  }

  private static Tensor shaped(Tensor scale, int axis, Tensor x) {
    return scale.numel() == 1
        ? scale.reshape(new long[0])
        : Args.alongAxis(scale, Args.axis(axis, x.dim()), x.dim());
  }
}
