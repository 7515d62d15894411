package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.BenchResult;
import io.espalier.latency.LatencyBench;
import io.espalier.latency.ModelLatency;
import io.espalier.progress.Progress;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The times in docs/methods/sanp.md: networks with random weights and gates that keep a given share
 * of the channels of every layer but the first, in ONNX Runtime. Seconds each.
 */
@Tag("long")
class CompactSpeedTest {
  @ParameterizedTest
  @CsvSource({
    "m-cifarnet, 1, 0.5",
    "m-cifarnet, 4, 0.5",
    "m-cifarnet, 16, 0.5",
    "m-cifarnet, 1, 0.35",
    "m-cifarnet, 16, 0.25",
    "resnet20, 1, 0.5",
    "resnet18-cifar, 1, 0.5",
    "vgg16, 1, 0.5"
  })
  void compact_isMeasuredBesideDenseAndMasked(String name, int block, double keep) {
    Graph dense = Zoo.build(name, 1);
    DynamicNet net = forced(dense, Variant.SANP, block, keep);
    StaticCut cut = StaticCut.of(forced(dense, Variant.STATIC, block, keep));
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("dense", dense);
    graphs.put("masked", net.graph());
    CompactOptions options = CompactOptions.defaults().withBlock(block);
    graphs.put("compact", CompactForm.of(net, options).graph());
    graphs.put("static", cut.smaller());
    BenchResult result =
        LatencyBench.run(
            graphs, BenchOptions.defaults().withBatch(1).withRounds(60, 20), Progress.none());
    System.out.printf("%s, blocks of %d, keep %.2f %s%n", name, block, keep, result.warning());
    for (ModelLatency model : result.models()) {
      System.out.printf("  %-8s %s %.2fx%n", model.name(), model.timing(), model.speedup());
    }
    assertTrue(result.models().size() == 4);
  }

  /** Random biases of both signs; the hidden layer adds little, so that the share holds. */
  private static DynamicNet forced(Graph graph, Variant variant, int block, double keep) {
    DynamicNet net = DynamicNet.insert(graph, GateOptions.of(variant));
    SplittableRandom random = new SplittableRandom(7);
    Map<String, Tensor> changed = new HashMap<>();
    for (Gate gate : net.gates()) {
      int count = gate.channels() / block;
      int[] order = random.ints(0, 1 << 30).distinct().limit(count).toArray();
      int[] sorted = Arrays.stream(order).sorted().toArray();
      int limit = sorted[(int) Math.round(keep * count) - 1];
      double[] bias = new double[gate.channels()];
      Arrays.setAll(bias, c -> order[c / block] <= limit ? 1 : -1);
      Tensor weight = net.graph().weight(gate.saliency().weight());
      changed.put(gate.saliency().weight(), weight.withValues(new double[weight.elements()]));
      Tensor old = net.graph().weight(gate.saliency().bias());
      changed.put(gate.saliency().bias(), old.withValues(bias));
    }
    return DynamicNet.of(net.graph().withWeights(changed));
  }
}
