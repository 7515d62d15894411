package io.espalier.latency;

import io.espalier.graph.Shape;
import java.util.Map;

/**
 * How to measure.
 *
 * @param batch samples in one run; 0 for what the network declares, 1 where it leaves that open
 * @param threads threads that work on one operator
 * @param streams copies of the network that run beside each other
 * @param rounds how often the networks take turns; each turn is three timed runs, or a pass over
 *     several inputs
 * @param warmUpRuns runs of each network before the first round
 * @param maxSeconds when to stop even if rounds are left, counted over all networks; at least three
 *     rounds are made
 * @param inputShapes shapes of inputs that the file leaves open, by name
 * @param seed of the random inputs
 */
public record BenchOptions(
    int batch,
    int threads,
    int streams,
    int rounds,
    int warmUpRuns,
    double maxSeconds,
    Map<String, Shape> inputShapes,
    long seed) {
  public BenchOptions {
    require("batch", batch, 0);
    require("threads", threads, 1);
    require("streams", streams, 1);
    require("rounds", rounds, 1);
    require("warm-up runs", warmUpRuns, 0);
    if (!(maxSeconds > 0)) {
      throw new IllegalArgumentException("seconds must be above 0, but got " + maxSeconds);
    }
    inputShapes = Map.copyOf(inputShapes);
  }

  /** One thread, one stream, the declared batch, 100 rounds or 20 seconds. */
  public static BenchOptions defaults() {
    return new BenchOptions(0, 1, 1, 100, 20, 20, Map.of(), 1);
  }

  public BenchOptions withBatch(int newBatch) {
    return new BenchOptions(
        newBatch, threads, streams, rounds, warmUpRuns, maxSeconds, inputShapes, seed);
  }

  public BenchOptions withThreads(int newThreads) {
    return new BenchOptions(
        batch, newThreads, streams, rounds, warmUpRuns, maxSeconds, inputShapes, seed);
  }

  public BenchOptions withStreams(int newStreams) {
    return new BenchOptions(
        batch, threads, newStreams, rounds, warmUpRuns, maxSeconds, inputShapes, seed);
  }

  public BenchOptions withRounds(int newRounds, int newWarmUpRuns) {
    return new BenchOptions(
        batch, threads, streams, newRounds, newWarmUpRuns, maxSeconds, inputShapes, seed);
  }

  public BenchOptions withMaxSeconds(double newMaxSeconds) {
    return new BenchOptions(
        batch, threads, streams, rounds, warmUpRuns, newMaxSeconds, inputShapes, seed);
  }

  public BenchOptions withInputShapes(Map<String, Shape> newInputShapes) {
    return new BenchOptions(
        batch, threads, streams, rounds, warmUpRuns, maxSeconds, newInputShapes, seed);
  }

  private static void require(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be %d or more, but got %d".formatted(what, least, value));
    }
  }
}
