package io.espalier.latency;

import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A network, loaded once for each of its streams, with its inputs and the times so far. */
final class Contestant implements AutoCloseable {
  /** Runs of each stream for one time, so that starting together weighs little. */
  private static final int RUNS_BESIDE = 10;

  private final List<OrtNet> nets = new ArrayList<>();
  private final List<OrtNet.Feed> feeds = new ArrayList<>();
  private final Beside beside;
  private long[] nanos = new long[64];
  private int times;

  /** Loads what {@code loader} gives, as often as there are {@code streams}. */
  Contestant(Supplier<OrtNet> loader, Map<String, Tensor> inputs, int streams) {
    beside = new Beside(streams);
    try {
      for (int i = 0; i < streams; i++) {
        nets.add(loader.get());
        feeds.add(nets.getLast().feed(inputs));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Runs every stream {@code runs} times, one stream after the other. */
  void run(int runs) {
    for (OrtNet.Feed feed : feeds) {
      for (int i = 0; i < runs; i++) {
        feed.time();
      }
    }
  }

  /** Takes {@code count} times. */
  void time(int count) {
    for (int i = 0; i < count; i++) {
      if (times == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * times);
      }
      nanos[times++] = feeds.size() == 1 ? feeds.getFirst().time() : timeBeside();
    }
  }

  /** Nanoseconds a run, of all streams together. */
  private long timeBeside() {
    long all = beside.nanos(stream -> runOften(feeds.get(stream)));
    return all / ((long) RUNS_BESIDE * feeds.size());
  }

  private static void runOften(OrtNet.Feed feed) {
    for (int i = 0; i < RUNS_BESIDE; i++) {
      feed.time();
    }
  }

  Timing timing() {
    return Timing.of(Arrays.copyOf(nanos, times));
  }

  @Override
  public void close() {
    beside.close();
    feeds.forEach(OrtNet.Feed::close);
    nets.forEach(OrtNet::close);
  }
}
