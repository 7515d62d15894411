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
  private final int streams;
  private final int runs;
  private final Beside beside;
  private long[] nanos = new long[64];
  private int times;

  /** Loads what {@code loader} gives, as often as there are {@code streams}. */
  Contestant(Supplier<OrtNet> loader, List<Map<String, Tensor>> inputs, int streams) {
    this.streams = streams;
    this.runs = runs(inputs.size(), streams);
    this.beside = new Beside(streams);
    try {
      for (int i = 0; i < streams; i++) {
        nets.add(loader.get());
      }
      for (Map<String, Tensor> input : inputs) {
        feeds.add(nets.getFirst().feed(input));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Runs of each stream for one time: one, several where streams have to start, or all inputs. */
  private static int runs(int inputs, int streams) {
    int least = streams == 1 ? 1 : RUNS_BESIDE;
    return inputs * Math.ceilDiv(least, inputs);
  }

  /** Runs of all streams together for one time. */
  int runsPerTime() {
    return runs * streams;
  }

  /** Runs every stream on {@code count} inputs, all streams at once. */
  void run(int count) {
    all(count);
  }

  /** Takes {@code count} times. */
  void time(int count) {
    for (int i = 0; i < count; i++) {
      if (times == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * times);
      }
      nanos[times++] = perRun(all(runs), runs, streams);
    }
  }

  /** What a run takes if {@code streams} make {@code runs} each in {@code nanos}. */
  static long perRun(long nanos, int runs, int streams) {
    return nanos / ((long) runs * streams);
  }

  private long all(int count) {
    return streams == 1 ? work(0, count) : beside.nanos(stream -> work(stream, count));
  }

  /** Nanoseconds of {@code count} runs; streams begin at different inputs. */
  private long work(int stream, int count) {
    int first = stream * feeds.size() / streams;
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += nets.get(stream).time(feeds.get((first + i) % feeds.size()));
    }
    return sum;
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
