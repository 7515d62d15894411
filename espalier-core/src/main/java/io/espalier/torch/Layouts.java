package io.espalier.torch;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element type and memory layout of what enters a network. */
final class Layouts {
  private static final int IMAGE_RANK = 4;

  private Layouts() {}

  /** A new handle on {@code tensor}, converted where the options ask for it. */
  static Tensor prepare(Tensor tensor, NetOptions options) {
    ScalarType real = options.precision().real();
    boolean convert = tensor.is_floating_point() && tensor.scalar_type().intern() != real;
    Tensor typed = convert ? tensor.to(real) : tensor;
    return options.channelsLast() && typed.dim() == IMAGE_RANK
        ? typed.contiguous(MemoryFormat.ChannelsLast)
        : typed.contiguous();
  }

  /** {@code tensor} as {@code type}, in its own layout. */
  static Tensor convert(Tensor tensor, ScalarType type) {
    try (MemoryFormatOptional format = new MemoryFormatOptional(MemoryFormat.Preserve)) {
      return tensor.to(type, false, false, format);
    }
  }
}
