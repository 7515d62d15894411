package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** Puts other numbers into every weight that one image does not use. */
final class IdleWeights {
  private final Graph graph;
  private final DoubleSupplier number;
  private final Map<String, Tensor> changed = new HashMap<>();

  private IdleWeights(Graph graph, DoubleSupplier number) {
    this.graph = graph;
    this.number = number;
  }

  /** With random numbers from -2 to 2. */
  static Graph garbled(DynamicNet net, Tensor image) {
    SplittableRandom random = new SplittableRandom(9);
    return garbled(net, image, () -> random.nextDouble(-2, 2));
  }

  static Graph garbled(DynamicNet net, Tensor image, DoubleSupplier number) {
    IdleWeights work = new IdleWeights(net.graph(), number);
    DynamicCost cost = DynamicCost.of(net);
    GateTrace trace =
        new GateTrace(net, (gates, samples) -> cost.layers().forEach(l -> work.visit(l, gates)));
    Samples.onTorch(net.graph(), image, Mode.EVAL, trace);
    return net.graph().withWeights(work.changed);
  }

  private void visit(LayerCost layer, List<DeviceTensor> gates) {
    Node node = graph.node(layer.layer()).orElseThrow();
    if (layer.part() != LayerCost.Part.BACKBONE) {
      return;
    }
    float[] in = new Activity(gates).of(layer.inputs()).toFloats();
    float[] out = new Activity(gates).of(layer.outputs()).toFloats();
    String name = node.input(1);
    Tensor weight = graph.weight(name);
    float[] values = weight.toFloats();
    int rows = weight.size(0);
    int columns = weight.size(1);
    int taps = values.length / (rows * columns);
    for (int o = 0; o < rows; o++) {
      for (int i = 0; i < columns; i++) {
        int group = o / (rows / layer.groups());
        boolean idle = out[o] == 0 || in[group * columns + i] == 0;
        for (int k = 0; idle && k < taps; k++) {
          values[(o * columns + i) * taps + k] = (float) number.getAsDouble();
        }
      }
    }
    changed.put(name, weight.withValues(values));
    List<Node> readers = graph.consumers().getOrDefault(node.output(), List.of());
    if (readers.size() == 1 && readers.getFirst().op() instanceof Op.BatchNorm) {
      for (int input = 1; input < 5; input++) {
        vector(readers.getFirst().input(input), out);
      }
    }
  }

  private void vector(String name, float[] active) {
    float[] values = graph.weight(name).toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = active[i] == 0 ? (float) (0.1 + Math.abs(number.getAsDouble())) : values[i];
    }
    changed.put(name, graph.weight(name).withValues(values));
  }
}
