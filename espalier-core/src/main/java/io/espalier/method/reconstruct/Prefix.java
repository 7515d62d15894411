package io.espalier.method.reconstruct;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Port;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The part of a network that some of its values need, ready to run. */
final class Prefix implements AutoCloseable {
  private final TorchNet net;
  private final List<String> values;

  private Prefix(TorchNet net, List<String> values) {
    this.net = net;
    this.values = values;
  }

  /** What it takes to compute {@code values}, each of which is computed by a node. */
  static Prefix of(Graph graph, List<String> values) {
    GraphBuilder builder = new GraphBuilder(graph.name()).header(graph.header());
    graph.inputs().forEach(builder::input);
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(builder::add);
    builder.keepHints(graph);
    for (String value : values) {
      builder.output(new Port(value, graph.type(value).orElseThrow()));
    }
    return new Prefix(TorchNet.of(builder.buildReachable(), NetOptions.defaults()), values);
  }

  /** The values for {@code images}; they live as long as the scope around this call. */
  Map<String, DeviceTensor> run(DeviceTensor images) {
    Map<String, DeviceTensor> seen = new HashMap<>();
    Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
    for (String value : values) {
      taps.put(
          value,
          tensor -> {
            seen.put(value, tensor);
            return tensor;
          });
    }
    try (Scope scope = Scope.open()) {
      net.forward(images, Mode.EVAL, Taps.of(taps));
      seen.values().forEach(scope::keep);
    }
    return seen;
  }

  @Override
  public void close() {
    net.close();
  }
}
