package io.espalier.torch;

import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads or replaces values of a network while it runs: inputs, weights, anything a node makes. */
public interface Taps {
  /** Names of the values to be shown; each must be a value of the network. */
  Set<String> values();

  /**
   * Called once per pass when {@code value} is there, in the mode and the precision of the pass:
   * what it computes is recorded, and autocast to bfloat16, like the network's own operators.
   *
   * @param tensor the value; it lives as long as the scope around the pass
   * @return what the network goes on with: {@code tensor}, or another tensor of its shape, through
   *     which gradients flow
   */
  DeviceTensor tap(String value, DeviceTensor tensor);

  /** No taps. */
  static Taps none() {
    return of(Map.of());
  }

  /** One function a value. */
  static Taps of(Map<String, UnaryOperator<DeviceTensor>> functions) {
    Map<String, UnaryOperator<DeviceTensor>> copy = Map.copyOf(functions);
    return new Taps() {
      @Override
      public Set<String> values() {
        return copy.keySet();
      }

      @Override
      public DeviceTensor tap(String value, DeviceTensor tensor) {
        return copy.get(value).apply(tensor);
      }
    };
  }
}
