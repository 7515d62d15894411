package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.latency.RandomInputs;
import io.espalier.onnx.OnnxWriter;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Networks, gates that differ from sample to sample, and runs, for the tests of this package. */
final class Samples {
  private Samples() {}

  /** A network of the zoo for small grey images, with batch statistics as after training. */
  static Graph zoo(String name) {
    return settled(Zoo.build(name, new ZooOptions(4, Shape.of(1, 8, 8), 3)), 5);
  }

  /** A network of the zoo for colour images. */
  static Graph colour(String name) {
    return settled(Zoo.build(name, new ZooOptions(4, Shape.of(3, 32, 32), 3)), 5);
  }

  /** {@code graph} with random scales, shifts and statistics in every batch normalisation. */
  static Graph settled(Graph graph, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> changed = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm) {
        fill(graph, node.input(1), random, 0.5, 1.5, changed);
        fill(graph, node.input(2), random, -0.4, 0.4, changed);
        fill(graph, node.input(3), random, -0.3, 0.3, changed);
        fill(graph, node.input(4), random, 0.5, 1.5, changed);
      }
    }
    return graph.withWeights(changed);
  }

  private static void fill(
      Graph graph,
      String name,
      SplittableRandom random,
      double from,
      double to,
      Map<String, Tensor> changed) {
    Tensor weight = graph.weight(name);
    changed.put(name, weight.withValues(random.doubles(weight.elements(), from, to).toArray()));
  }

  /** Gates whose saliencies have both signs and depend on the sample. */
  static DynamicNet gated(Graph graph, GateOptions options) {
    DynamicNet net = SaliencyNorms.fold(DynamicNet.insert(graph, options));
    SplittableRandom random = new SplittableRandom(17);
    Map<String, Tensor> changed = new HashMap<>();
    for (ChannelGate gate : net.channelGates()) {
      fill(net.graph(), gate.saliency().weight(), random, -0.6, 0.6, changed);
      if (!gate.saliency().bias().isEmpty()) {
        fill(net.graph(), gate.saliency().bias(), random, -0.3, 0.5, changed);
      }
    }
    return DynamicNet.of(net.graph().withWeights(changed));
  }

  /** Random images for {@code graph}. */
  static Tensor images(Graph graph, int count) {
    return RandomInputs.of(graph.inputs(), count, 23).values().iterator().next();
  }

  /** The first output in ONNX Runtime without optimisations. */
  static float[] onOrt(Graph graph, Tensor images) {
    return valuesOnOrt(graph, images).values().iterator().next().toFloats();
  }

  static Map<String, Tensor> valuesOnOrt(Graph graph, Tensor images) {
    byte[] file = OnnxWriter.toBytes(graph);
    try (OrtNet net = OrtNet.load(file, graph.name(), OrtOptions.plain())) {
      return net.run(Map.of(graph.inputs().getFirst().name(), images));
    }
  }

  /** {@code graph} with every gate's value as a further output. */
  static Graph showingGates(DynamicNet net) {
    GraphBuilder builder = GraphBuilder.from(net.graph());
    for (Gate gate : net.gates()) {
      ValueType type = net.graph().type(gate.gate()).orElseThrow();
      builder.output(new Port(gate.gate(), type));
    }
    return builder.build();
  }

  /** The first output on libtorch. */
  static float[] onTorch(Graph graph, Tensor images) {
    return onTorch(graph, images, Mode.EVAL, Taps.none());
  }

  static float[] onTorch(Graph graph, Tensor images, Mode mode, Taps taps) {
    try (Scope scope = Scope.open();
        TorchNet net =
            TorchNet.of(graph, new NetOptions(NetOptions.defaults().precision(), false))) {
      return net.forward(DeviceTensor.of(images), mode, taps).toFloats();
    }
  }

  /** The gates of each sample on libtorch, by layer: {@code [sample][channel]}, ones and zeros. */
  static Map<String, float[][]> gatesOf(DynamicNet net, Tensor images) {
    Map<String, float[][]> found = new TreeMap<>();
    Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
    for (Gate gate : net.gates()) {
      taps.put(
          gate.gate(),
          value -> {
            float[] flat = value.toFloats();
            float[][] rows = new float[flat.length / gate.channels()][gate.channels()];
            for (int i = 0; i < flat.length; i++) {
              rows[i / gate.channels()][i % gate.channels()] = flat[i];
            }
            found.put(gate.layer(), rows);
            return value;
          });
    }
    onTorch(net.graph(), images, Mode.EVAL, Taps.of(taps));
    return found;
  }
}
