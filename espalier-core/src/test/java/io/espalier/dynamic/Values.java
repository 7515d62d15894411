package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Taps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What stands on the way through one gate. */
final class Values {
  private Values() {}

  static Map<String, float[]> of(Graph graph, Tensor images, ChannelGate gate) {
    return of(
        graph,
        images,
        List.of(gate.input(), gate.saliency().value(), gate.bare(), gate.gate(), gate.output()));
  }

  static Map<String, float[]> of(Graph graph, Tensor images, PixelGate gate) {
    return of(graph, images, List.of(gate.score(), gate.gate(), gate.output()));
  }

  private static Map<String, float[]> of(Graph graph, Tensor images, List<String> names) {
    Map<String, float[]> seen = new HashMap<>();
    Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
    for (String name : names) {
      taps.put(
          name,
          value -> {
            seen.put(name, value.toFloats());
            return value;
          });
    }
    Samples.onTorch(graph, images, Mode.EVAL, Taps.of(taps));
    return seen;
  }
}
