package io.espalier.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Counts native tensors for the leak checks; off unless the system property asks for it. */
final class OpenTensors {
  private static final List<Tensor> HELD = new ArrayList<>();
  private static volatile boolean enabled = Boolean.getBoolean("espalier.trackTensors");

  private OpenTensors() {}

  static void enable(boolean on) {
    enabled = on;
    synchronized (HELD) {
      HELD.clear();
    }
  }

  static Tensor track(Tensor tensor) {
    if (enabled) {
      synchronized (HELD) {
        HELD.add(tensor);
      }
    }
    return tensor;
  }

  static int count() {
    synchronized (HELD) {
      HELD.removeIf(tensor -> tensor.isNull());
      return HELD.size();
    }
  }
}
