package io.espalier.torch;

import io.espalier.graph.Tensor;
import java.util.Arrays;
import org.bytedeco.pytorch.global.torch;

/** Weights between host and native memory. */
final class Weights {
  private Weights() {}

  static void requireMatch(String name, DeviceTensor device, Tensor host) {
    if (device == null) {
      throw new IllegalArgumentException("there is no weight '" + name + "' in this network");
    }
    long[] given = Arrays.stream(host.shape()).asLongStream().toArray();
    if (!Arrays.equals(device.shape(), given)) {
      throw new IllegalArgumentException(
          "weight '%s' is %s, but got %s"
              .formatted(name, Arrays.toString(device.shape()), Arrays.toString(given)));
    }
  }

  /** A tensor of {@code model}'s type and memory layout with the elements of {@code host}. */
  static DeviceTensor copyLike(DeviceTensor model, Tensor host) {
    return new DeviceTensor(torch.empty_like(model.raw())).copyFrom(DeviceTensor.of(host));
  }
}
