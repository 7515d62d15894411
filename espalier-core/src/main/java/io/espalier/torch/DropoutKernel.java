package io.espalier.torch;

import io.espalier.graph.DataType;
import io.espalier.graph.Op;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Dropout. libtorch draws 64 random bits for each value, on one thread, which was a fifth of the
 * time of a training step of a network with two such layers; here four values share them. The ratio
 * is kept to 1/65536.
 */
final class DropoutKernel {
  private static final int LEVELS = 1 << Short.SIZE;

  private DropoutKernel() {}

  static Kernel of(Op.Dropout op) {
    return Kernel.of(
        (in, pass) -> {
          boolean drops = pass.mode() == Mode.TRAIN && op.ratio() > 0 && op.ratio() < 1;
          return drops
              ? in[0].mul(factors(in[0], op.ratio()))
              : torch.dropout(in[0], op.ratio(), pass.mode() == Mode.TRAIN);
        });
  }

  /** 0 for what is dropped, else 1 over the share that stays; in shape, type and layout of x. */
  private static Tensor factors(Tensor x, double ratio) {
    long dropped = Math.min(Math.round(ratio * LEVELS), LEVELS - 1);
    Tensor stays = levels(x).ge(new Scalar(dropped + Short.MIN_VALUE));
    return stays.to(x.scalar_type()).mul_(new Scalar((double) LEVELS / (LEVELS - dropped)));
  }

  /** A random short for each value of x. */
  private static Tensor levels(Tensor x) {
    long perWord = Long.BYTES / Short.BYTES;
    Tensor words = Storage.empty(DataType.INT64, (x.numel() + perWord - 1) / perWord);
    // From the smallest number on without an end: all 64 bits.
    words.random_(Long.MIN_VALUE, new LongOptional(), new GeneratorOptional());
    Tensor like = torch.empty_like(x);
    return words.view(ScalarType.Short).as_strided(x.sizes(), like.strides());
  }
}
