package io.espalier.torch;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Lets convolutions and matrix products of this thread run in bfloat16 until it is closed. */
final class Autocast implements AutoCloseable {
  private final boolean before = torch.is_autocast_enabled(DeviceType.CPU);

  private Autocast(boolean on) {
    torch.set_autocast_enabled(DeviceType.CPU, on);
    torch.set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
    torch.increment_nesting();
  }

  static Autocast of(Precision precision) {
    return new Autocast(precision == Precision.BFLOAT16);
  }

  /**
   * The cache of converted weights must not outlive the pass: the next step changes the weights.
   */
  @Override
  public void close() {
    if (torch.decrement_nesting() == 0) {
      torch.clear_cache();
    }
    torch.set_autocast_enabled(DeviceType.CPU, before);
  }
}
