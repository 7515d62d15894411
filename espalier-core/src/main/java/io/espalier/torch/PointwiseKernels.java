package io.espalier.torch;

import io.espalier.graph.Op;
import java.util.List;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** ONNX's pointwise family. */
final class PointwiseKernels {
  private PointwiseKernels() {}

  static Kernel of(Op.Elementwise op) {
    List<Double> p = op.parameters();
    return switch (op.kind()) {
      case ABS -> Kernel.unary(Tensor::abs);
      case ACOS -> Kernel.unary(Tensor::acos);
      case ACOSH -> Kernel.unary(Tensor::acosh);
      case ADD -> binary(Tensor::add);
      case AND -> binary(Tensor::logical_and);
      case ASIN -> Kernel.unary(Tensor::asin);
      case ASINH -> Kernel.unary(Tensor::asinh);
      case ATAN -> Kernel.unary(Tensor::atan);
      case ATANH -> Kernel.unary(Tensor::atanh);
      case CEIL -> Kernel.unary(x -> x.is_floating_point() ? x.ceil() : x);
      case CELU -> Kernel.unary(x -> torch.celu(x, new Scalar(p.getFirst())));
      case CLIP -> Kernel.unary(x -> clip(x, p.get(0), p.get(1)));
      case COS -> Kernel.unary(Tensor::cos);
      case COSH -> Kernel.unary(Tensor::cosh);
      case DIV -> binary(PointwiseKernels::divide);
      case ELU -> Kernel.unary(x -> elu(x, p.getFirst(), 1));
      case EQUAL -> binary(Tensor::eq);
      case ERF -> Kernel.unary(Tensor::erf);
      case EXP -> Kernel.unary(Tensor::exp);
      case FLOOR -> Kernel.unary(x -> x.is_floating_point() ? x.floor() : x);
      case GELU -> gelu(p.getFirst() != 0 ? "tanh" : "none");
      case GREATER -> binary(Tensor::gt);
      case GREATER_OR_EQUAL -> binary(Tensor::ge);
      case HARD_SIGMOID -> hardSigmoid(p.get(0), p.get(1));
      case HARD_SWISH -> Kernel.unary(torch::hardswish);
      case IDENTITY -> Kernel.unary(x -> x);
      case IS_NAN -> Kernel.unary(Tensor::isnan);
      case LEAKY_RELU -> Kernel.unary(x -> torch.leaky_relu(x, new Scalar(p.getFirst())));
      case LESS -> binary(Tensor::lt);
      case LESS_OR_EQUAL -> binary(Tensor::le);
      case LOG -> Kernel.unary(Tensor::log);
      case MAX -> fold(torch::maximum);
      case MEAN -> mean();
      case MIN -> fold(torch::minimum);
      case MISH -> Kernel.unary(torch::mish);
      case MOD -> p.getFirst() != 0 ? binary(Tensor::fmod) : binary(Tensor::remainder);
      case MUL -> binary(Tensor::mul);
      case NEG -> Kernel.unary(Tensor::neg);
      case NOT -> Kernel.unary(Tensor::logical_not);
      case OR -> binary(Tensor::logical_or);
      case POW -> Kernel.of((in, pass) -> power(in[0], in[1]));
      case PRELU -> binary(PointwiseKernels::prelu);
      case RECIPROCAL -> Kernel.unary(Tensor::reciprocal);
      case RELU -> Kernel.unary(Tensor::relu);
      case ROUND -> Kernel.unary(Tensor::round);
      case SELU -> Kernel.unary(x -> elu(x, p.get(0), p.get(1)));
      case SIGMOID -> Kernel.unary(Tensor::sigmoid);
      case SIGN -> Kernel.unary(Tensor::sign);
      case SIN -> Kernel.unary(Tensor::sin);
      case SINH -> Kernel.unary(Tensor::sinh);
      case SOFTPLUS -> Kernel.unary(torch::softplus);
      case SOFTSIGN -> Kernel.unary(x -> x.div(x.abs().add_(new Scalar(1.0))));
      case SQRT -> Kernel.unary(Tensor::sqrt);
      case SUB -> binary(Tensor::sub);
      case SUM -> fold(Tensor::add);
      case SWISH -> swish(p.getFirst());
      case TAN -> Kernel.unary(Tensor::tan);
      case TANH -> Kernel.unary(Tensor::tanh);
      case THRESHOLDED_RELU ->
          Kernel.unary(x -> torch.threshold(x, new Scalar(p.getFirst()), new Scalar(0.0)));
      case WHERE -> Kernel.of((in, pass) -> torch.where(in[0], in[1], in[2]));
      case XOR -> binary(Tensor::logical_xor);
    };
  }

  private static Kernel binary(BinaryOperator<Tensor> op) {
    return Kernel.of((in, pass) -> op.apply(in[0], in[1]));
  }

  private static Kernel fold(BinaryOperator<Tensor> op) {
    return Kernel.of((in, pass) -> reduce(in, op));
  }

  private static Tensor reduce(Tensor[] in, BinaryOperator<Tensor> op) {
    Tensor result = in[0];
    for (int i = 1; i < in.length; i++) {
      result = op.apply(result, in[i]);
    }
    return result;
  }

  private static Kernel mean() {
    return Kernel.of((in, pass) -> reduce(in, Tensor::add).mul(new Scalar(1.0 / in.length)));
  }

  /** Integers are cut off at the point, as ONNX says. */
  private static Tensor divide(Tensor a, Tensor b) {
    return a.is_floating_point() || b.is_floating_point()
        ? a.div(b)
        : torch.floor_divide(a.abs(), b.abs()).mul(a.sign()).mul(b.sign());
  }

  private static Tensor clip(Tensor x, double least, double most) {
    ScalarOptional min = Double.isInfinite(least) ? none() : bound(x, least);
    ScalarOptional max = Double.isInfinite(most) ? none() : bound(x, most);
    return min.has_value() || max.has_value() ? x.clamp(min, max) : x;
  }

  private static ScalarOptional none() {
    return new ScalarOptional();
  }

  private static ScalarOptional bound(Tensor x, double value) {
    return new ScalarOptional(x.is_floating_point() ? new Scalar(value) : new Scalar((long) value));
  }

  private static Tensor elu(Tensor x, double alpha, double scale) {
    return torch.elu(x, new Scalar(alpha), new Scalar(scale), new Scalar(1.0));
  }

  private static Kernel gelu(String approximate) {
    return Kernel.unary(x -> torch.gelu(x, approximate));
  }

  private static Kernel hardSigmoid(double alpha, double beta) {
    return Kernel.unary(x -> clip(x.mul(new Scalar(alpha)).add_(new Scalar(beta)), 0, 1));
  }

  private static Kernel swish(double alpha) {
    return alpha == 1
        ? Kernel.unary(torch::silu)
        : Kernel.unary(x -> x.mul(x.mul(new Scalar(alpha)).sigmoid()));
  }

  /** ONNX's result has the type of the base. */
  private static Tensor power(Tensor base, Tensor exponent) {
    Tensor result = base.pow(exponent);
    return base.is_floating_point() == result.is_floating_point()
        ? result
        : result.to(base.scalar_type());
  }

  /** The slope follows ONNX's broadcasting, not the channel rule of libtorch. */
  private static Tensor prelu(Tensor x, Tensor slope) {
    Tensor negative = clip(x, Double.NEGATIVE_INFINITY, 0).mul(slope);
    return x.relu().add(negative);
  }
}
