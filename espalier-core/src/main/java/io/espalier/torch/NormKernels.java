package io.espalier.torch;

import io.espalier.graph.Op;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Normalisations and softmax. */
final class NormKernels {
  private NormKernels() {}

  /** libtorch's momentum is the share of the new statistics, ONNX's that of the old. */
  static Kernel batchNorm(Op.BatchNorm op) {
    return Kernel.of(
        (in, pass) -> {
          Mode mode = pass.mode();
          double share = mode == Mode.RECALIBRATE ? 1.0 / pass.batch() : 1 - op.momentum();
          return torch.batch_norm(
              in[0],
              new TensorOptional(in[1]),
              new TensorOptional(in[2]),
              new TensorOptional(in[3]),
              new TensorOptional(in[4]),
              mode.usesBatchStatistics(),
              share,
              op.epsilon(),
              false);
        });
  }

  static Kernel instanceNorm(Op.InstanceNorm op) {
    return Kernel.of(
        (in, pass) ->
            torch.instance_norm(
                in[0],
                Args.optional(in, 1),
                Args.optional(in, 2),
                new TensorOptional(),
                new TensorOptional(),
                true,
                0,
                op.epsilon(),
                false));
  }

  static Kernel layerNorm(Op.LayerNorm op) {
    return Kernel.of(
        (in, pass) -> {
          long[] shape = Storage.shape(in[0]);
          long[] over = Arrays.copyOfRange(shape, Args.axis(op.axis(), shape.length), shape.length);
          boolean plain = isShaped(in, 1, over) && isShaped(in, 2, over);
          TensorOptional scale = plain ? Args.optional(in, 1) : new TensorOptional();
          TensorOptional bias = plain ? Args.optional(in, 2) : new TensorOptional();
          Tensor normal = torch.layer_norm(in[0], over, scale, bias, op.epsilon(), false);
          return plain ? normal : affine(normal, in);
        });
  }

  private static boolean isShaped(Tensor[] in, int index, long[] shape) {
    return !Args.has(in, index) || Arrays.equals(Storage.shape(in[index]), shape);
  }

  private static Tensor affine(Tensor normal, Tensor[] in) {
    Tensor scaled = Args.has(in, 1) ? normal.mul(in[1]) : normal;
    return Args.has(in, 2) ? scaled.add(in[2]) : scaled;
  }

  /** The window lies around each channel, with the longer half after it where its size is even. */
  static Kernel lrn(Op.Lrn op) {
    int before = (op.size() - 1) / 2;
    int after = op.size() / 2;
    return Kernel.unary(
        x -> {
          long[] pads = new long[2 * Math.toIntExact(x.dim() - 1)];
          pads[0] = before;
          pads[pads.length / 2] = after;
          Tensor squares = Pads.apply(x.mul(x), pads, 0);
          Tensor sum = squares.narrow(1, 0, x.size(1));
          for (int tap = 1; tap < op.size(); tap++) {
            sum = sum.add(squares.narrow(1, tap, x.size(1)));
          }
          Tensor base = sum.mul(new Scalar(op.alpha() / op.size())).add(new Scalar(op.bias()));
          return x.div(base.pow(new Scalar(op.beta())));
        });
  }

  static Kernel softmax(Op.Softmax op) {
    return Kernel.unary(
        x -> {
          if (!op.flattened()) {
            return softmax(x, op.axis(), op.log());
          }
          Tensor matrix = ShapeKernels.matrix(x, Args.axis(op.axis(), x.dim()));
          return softmax(matrix, 1, op.log()).reshape(Storage.shape(x));
        });
  }

  private static Tensor softmax(Tensor x, int axis, boolean log) {
    return log ? x.log_softmax(axis) : x.softmax(axis);
  }
}
