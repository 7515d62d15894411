package io.espalier.latency;

import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.Map;

/** A loaded network with its inputs and the times so far. */
final class Contestant implements AutoCloseable {
  private final OrtNet net;
  private final OrtNet.Feed feed;
  private long[] nanos = new long[64];
  private int runs;

  /** Takes ownership of {@code net}, also when this fails. */
  Contestant(OrtNet net, Map<String, Tensor> inputs) {
    this.net = net;
    try {
      this.feed = net.feed(inputs);
    } catch (RuntimeException e) {
      net.close();
      throw e;
    }
  }

  void run(int times) {
    for (int i = 0; i < times; i++) {
      feed.time();
    }
  }

  void time(int times) {
    for (int i = 0; i < times; i++) {
      if (runs == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * runs);
      }
      nanos[runs++] = feed.time();
    }
  }

  Timing timing() {
    return Timing.of(Arrays.copyOf(nanos, runs));
  }

  @Override
  public void close() {
    feed.close();
    net.close();
  }
}
