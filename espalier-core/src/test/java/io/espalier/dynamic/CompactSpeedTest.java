package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.BenchResult;
import io.espalier.latency.LatencyBench;
import io.espalier.latency.ModelLatency;
import io.espalier.latency.OrtOptions;
import io.espalier.latency.Timing;
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
 * of the channels of every layer but the first, in ONNX Runtime, on one core and on all. Seconds
 * each.
 */
@Tag("long")
class CompactSpeedTest {
  @ParameterizedTest
  @CsvSource({
    "m-cifarnet, 1, 0.45",
    "m-cifarnet, 4, 0.45",
    "m-cifarnet, 16, 0.42",
    "m-cifarnet, 1, 0.3",
    "m-cifarnet, 16, 0.25",
    "resnet20, 1, 0.5",
    "resnet20, 16, 0.5",
    "vgg16, 1, 0.5",
    "vgg16, 16, 0.5"
  })
  void forms_areTimedSideBySide(String name, int block, double keep) {
    Graph dense = Zoo.build(name, 1);
    DynamicNet net = forced(dense, Variant.SANP, block, keep);
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("dense", dense);
    graphs.put("masked", net.graph());
    CompactOptions options = CompactOptions.defaults().withBlock(block);
    graphs.put("compact", CompactForm.of(net, options).graph());
    if (block == CompactOptions.RUNTIME_BLOCK) {
      graphs.put("blocked", CompactForm.of(net, CompactOptions.blocked()).graph());
    }
    graphs.put("static", StaticCut.of(forced(dense, Variant.STATIC, block, keep)).smaller());
    Tensor image = Samples.images(dense, 1);
    if (block == 1) {
      CompactForm chosen = PayingLayers.choose(net, options, image, 1, Progress.none());
      graphs.put("chosen", chosen.graph());
      System.out.printf("layers that skip: %s%n", chosen.skipping());
    }
    long macs;
    try (SampleRunner runner = SampleRunner.of(net.graph(), OrtOptions.fast(1))) {
      macs = runner.run(image).samples().getFirst().macs();
    }
    BenchOptions bench = BenchOptions.defaults().withBatch(1).withRounds(100, 20);
    double ratio = (double) Cost.of(dense).macs() / macs;
    System.out.printf("%s, blocks of %d, keep %.2f: MACs 1/%.2f%n", name, block, keep, ratio);
    print(LatencyBench.run(graphs, bench, Progress.none()));
    int cores = Runtime.getRuntime().availableProcessors();
    print(LatencyBench.run(graphs, bench.withStreams(cores), Progress.none()));
    assertTrue(ratio > 0.5 / keep);
  }

  private static void print(BenchResult result) {
    System.out.printf("  %d streams%n", result.streams());
    Timing first = result.models().getFirst().timing();
    for (ModelLatency model : result.models()) {
      Timing time = model.timing();
      System.out.printf(
          "  %-8s median %.3f quartiles %.3f %.3f fastest %.3f ms, n %d, %.0f images/s, faster %.2f"
              + " (fastest runs %.2f)%n",
          model.name(),
          time.medianMillis(),
          time.lowerQuartileMillis(),
          time.upperQuartileMillis(),
          time.minMillis(),
          time.runs(),
          result.samplesPerSecond(model),
          time.speedupOver(first),
          time.fastestSpeedupOver(first));
    }
  }

  /** Random biases of both signs; the hidden layer adds little, so that the share holds. */
  private static DynamicNet forced(Graph graph, Variant variant, int block, double keep) {
    GateOptions options = GateOptions.of(variant);
    options = options.withSaliency(options.saliency().withBlock(block));
    DynamicNet net = DynamicNet.insert(graph, options);
    SplittableRandom random = new SplittableRandom(7);
    Map<String, Tensor> changed = new HashMap<>();
    for (ChannelGate gate : net.channelGates()) {
      int count = net.graph().weight(gate.saliency().weight()).size(0);
      int[] order = random.ints(0, 1 << 30).distinct().limit(count).toArray();
      int[] sorted = Arrays.stream(order).sorted().toArray();
      int limit = sorted[Math.max(1, (int) Math.round(keep * count)) - 1];
      double[] bias = new double[count];
      Arrays.setAll(bias, c -> order[c] <= limit ? 1 : -1);
      Tensor weight = net.graph().weight(gate.saliency().weight());
      changed.put(gate.saliency().weight(), weight.withValues(new double[weight.elements()]));
      Tensor old = net.graph().weight(gate.saliency().bias());
      changed.put(gate.saliency().bias(), old.withValues(bias));
    }
    return DynamicNet.of(net.graph().withWeights(changed));
  }
}
