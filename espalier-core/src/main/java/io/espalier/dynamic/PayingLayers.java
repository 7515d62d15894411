package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.BenchResult;
import io.espalier.latency.LatencyBench;
import io.espalier.progress.Progress;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the layers that are faster when they skip, by time. From a network whose layers all skip,
 * each layer in turn computes all of its channels instead, and stays so if the whole network is
 * faster then: a layer that holds whole values changes what its neighbours do.
 */
public final class PayingLayers {
  private static final double GAIN = 0.98;
  private static final int ROUNDS = 20;
  private static final int WARM_UP_RUNS = 5;

  private final DynamicNet net;
  private final Map<String, Tensor> image;
  private final BenchOptions bench;

  private PayingLayers(DynamicNet net, Tensor image, int threads) {
    this.net = net;
    this.image = Map.of(net.graph().inputs().getFirst().name(), image);
    this.bench = BenchOptions.defaults().withThreads(threads).withRounds(ROUNDS, WARM_UP_RUNS);
  }

  /**
   * The form of {@code net} in which only those layers skip that this makes faster.
   *
   * @param image {@code [1, ...]}: what it is timed on, best a sample of average cost
   * @param threads that work on one operator
   */
  public static CompactForm choose(
      DynamicNet net, CompactOptions options, Tensor image, int threads, Progress progress) {
    return new PayingLayers(net, image, threads).choose(options, progress);
  }

  private CompactForm choose(CompactOptions options, Progress progress) {
    CompactForm best = CompactForm.of(net, options);
    List<String> layers = best.skipping();
    Set<String> masked = new HashSet<>(options.masked());
    progress.begin("timing layers", layers.size(), "layers");
    try {
      for (String layer : layers) {
        masked.add(layer);
        CompactForm other = CompactForm.of(net, options.withMasked(masked));
        if (isFaster(other.graph(), best.graph())) {
          best = other;
        } else {
          masked.remove(layer);
        }
        progress.advance(1);
      }
    } finally {
      progress.end();
    }
    return best;
  }

  /** By the fastest runs, which other work on the machine disturbs least. */
  private boolean isFaster(Graph other, Graph best) {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("best", best);
    graphs.put("other", other);
    BenchResult result = LatencyBench.run(graphs, image, bench, Progress.none());
    double known = result.models().get(0).timing().minMillis();
    return result.models().get(1).timing().minMillis() < GAIN * known;
  }
}
