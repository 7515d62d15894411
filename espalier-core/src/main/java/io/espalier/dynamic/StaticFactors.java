package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.OneSample;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What the gates of a network multiply by, where that is the same for every sample. */
final class StaticFactors {
  private StaticFactors() {}

  /** {@code b * s} of each channel by gate, in network order, as the network computes it. */
  static Map<ChannelGate, float[]> of(DynamicNet net) {
    Map<ChannelGate, float[]> factors = new LinkedHashMap<>();
    Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
    for (ChannelGate gate : net.channelGates()) {
      if (gate.saliency().source() != Saliency.Source.CONSTANT) {
        throw new DynamicException(
            "layer '%s' chooses its channels for each sample: only the variant static is an ordinary network"
                .formatted(gate.layer()));
      }
      factors.put(gate, new float[0]);
      taps.put(
          gate.factor(),
          value -> {
            factors.put(gate, value.toFloats());
            return value;
          });
    }
    Graph one = OneSample.of(net.graph());
    long[] shape =
        one.inputs().getFirst().type().shape().dims().stream().mapToLong(d -> d.size()).toArray();
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(net.graph(), NetOptions.defaults())) {
      torch.forward(DeviceTensor.zeros(shape), Mode.EVAL, Taps.of(taps));
    }
    return factors;
  }
}
