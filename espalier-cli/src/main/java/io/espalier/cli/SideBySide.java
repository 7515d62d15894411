package io.espalier.cli;

import io.espalier.graph.Graph;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.BenchResult;
import io.espalier.latency.LatencyBench;
import java.util.Map;
import java.util.Optional;

/** A short measurement of latency at the end of a command. */
final class SideBySide {
  private static final BenchOptions SHORT =
      BenchOptions.defaults().withRounds(40, 5).withMaxSeconds(5);

  private SideBySide() {}

  /**
   * The latency of networks by name, on one thread; empty, with a word of why, if ONNX Runtime
   * cannot run them.
   */
  static Optional<BenchResult> measure(Map<String, Graph> graphs, Output output) {
    try {
      return Optional.of(LatencyBench.run(graphs, SHORT, output.progress()));
    } catch (RuntimeException problem) {
      output.warn("latency is not measured: " + Failure.line(problem));
      return Optional.empty();
    }
  }
}
