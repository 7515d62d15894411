package io.espalier.latency;

import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A network, loaded once for each of its streams, with inputs in turn and the times so far. */
final class Contestant implements AutoCloseable {
  /** Runs of each stream for one time, so that starting together weighs little. */
  private static final int RUNS_BESIDE = 10;

  private final List<OrtNet> nets = new ArrayList<>();

  /** By stream and number of the input. */
  private final List<List<OrtNet.Feed>> feeds = new ArrayList<>();

  private final int inputs;
  private final Beside beside;
  private long[] nanos = new long[64];
  private int times;
  private int position;

  /** Loads what {@code loader} gives, as often as there are {@code streams}. */
  Contestant(Supplier<OrtNet> loader, List<Map<String, Tensor>> inputs, int streams) {
    this.inputs = inputs.size();
    beside = new Beside(streams);
    try {
      for (int i = 0; i < streams; i++) {
        nets.add(loader.get());
        feeds.add(new ArrayList<>());
        for (Map<String, Tensor> input : inputs) {
          feeds.getLast().add(nets.getLast().feed(input));
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Runs every stream {@code runs} times on the input at hand, one stream after the other. */
  void run(int runs) {
    for (int stream = 0; stream < feeds.size(); stream++) {
      for (int i = 0; i < runs; i++) {
        feed(stream, 0).time();
      }
    }
  }

  /** Takes {@code count} times; the inputs take turns. */
  void time(int count) {
    for (int i = 0; i < count; i++) {
      if (times == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * times);
      }
      nanos[times++] = feeds.size() == 1 ? timeAlone() : timeBeside();
    }
  }

  private long timeAlone() {
    long time = feed(0, 0).time();
    position++;
    return time;
  }

  /** Nanoseconds a run, of all streams together. */
  private long timeBeside() {
    long all = beside.nanos(this::runOften);
    position += RUNS_BESIDE;
    return all / ((long) RUNS_BESIDE * feeds.size());
  }

  private void runOften(int stream) {
    for (int i = 0; i < RUNS_BESIDE; i++) {
      feed(stream, i).time();
    }
  }

  private OrtNet.Feed feed(int stream, int ahead) {
    return feeds.get(stream).get((position + ahead) % inputs);
  }

  Timing timing() {
    return Timing.of(Arrays.copyOf(nanos, times));
  }

  @Override
  public void close() {
    beside.close();
    feeds.forEach(stream -> stream.forEach(OrtNet.Feed::close));
    nets.forEach(OrtNet::close);
  }
}
