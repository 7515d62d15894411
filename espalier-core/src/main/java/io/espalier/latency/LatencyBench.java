package io.espalier.latency;

import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Times networks side by side in ONNX Runtime. The networks take turns (A B C, B C A, ...), so that
 * a machine that slows down meets all of them; each turn has one run that is not timed, which
 * brings the network back into the caches, and three that are.
 *
 * <p>With several inputs a time is that of a pass over all of them, divided by their number, and a
 * turn has one such time. With several streams, copies of the network make their passes, or ten
 * runs each, beside each other, and a time is divided by the runs of all.
 */
public final class LatencyBench {
  private static final int TIMES_PER_TURN = 3;
  private static final int LEAST_ROUNDS = 3;

  /** A network and how to load it. */
  private record Entry(String name, Graph graph, Function<OrtOptions, OrtNet> loader) {}

  private LatencyBench() {}

  /**
   * Times the networks in {@code files}.
   *
   * @throws IllegalArgumentException if there is no file, or one cannot be read or run
   */
  public static BenchResult run(List<Path> files, BenchOptions options, Progress progress) {
    return measure(entries(files, options), options, progress);
  }

  /**
   * As above, with inputs that take turns, for networks whose time depends on them.
   *
   * @param inputs for each file one or more, each with a tensor for every input of the network, all
   *     of one batch
   * @throws IllegalArgumentException as above, or if there is no input for a network
   */
  public static BenchResult run(
      List<Path> files,
      List<List<Map<String, Tensor>>> inputs,
      BenchOptions options,
      Progress progress) {
    if (inputs.size() != files.size() || inputs.stream().anyMatch(List::isEmpty)) {
      throw new IllegalArgumentException(
          "%d networks need as many lists of inputs, none of them empty".formatted(files.size()));
    }
    return measure(entries(files, options), inputs, options, progress);
  }

  private static List<Entry> entries(List<Path> files, BenchOptions options) {
    List<Entry> entries = new ArrayList<>();
    for (Path file : files) {
      Graph graph = OnnxReader.read(file, options.inputShapes());
      entries.add(new Entry(file.toString(), graph, settings -> OrtNet.load(file, settings)));
    }
    return entries;
  }

  /**
   * Times networks that are in memory.
   *
   * @param graphs the networks by name, in order
   */
  public static BenchResult run(
      Map<String, Graph> graphs, BenchOptions options, Progress progress) {
    return measure(entries(graphs), options, progress);
  }

  /**
   * As above, all networks with the same inputs.
   *
   * @param inputs one tensor for each input that the networks have
   */
  public static BenchResult run(
      Map<String, Graph> graphs,
      Map<String, Tensor> inputs,
      BenchOptions options,
      Progress progress) {
    List<Entry> entries = entries(graphs);
    List<Map<String, Tensor>> one = List.of(inputs);
    return measure(entries, Collections.nCopies(entries.size(), one), options, progress);
  }

  private static List<Entry> entries(Map<String, Graph> graphs) {
    List<Entry> entries = new ArrayList<>();
    graphs.forEach(
        (name, graph) -> {
          byte[] bytes = OnnxWriter.toBytes(graph);
          entries.add(new Entry(name, graph, settings -> OrtNet.load(bytes, name, settings)));
        });
    return entries;
  }

  private static BenchResult measure(List<Entry> entries, BenchOptions options, Progress progress) {
    List<List<Map<String, Tensor>>> inputs =
        entries.stream().map(entry -> List.of(inputs(entry, options))).toList();
    return measure(entries, inputs, options, progress);
  }

  private static BenchResult measure(
      List<Entry> entries,
      List<List<Map<String, Tensor>>> inputs,
      BenchOptions options,
      Progress progress) {
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("there is no network to measure");
    }
    List<Cost> costs = entries.stream().map(entry -> Cost.of(entry.graph())).toList();
    int batch = commonBatch(entries, inputs);
    List<Contestant> contestants = new ArrayList<>();
    try {
      for (int i = 0; i < entries.size(); i++) {
        Function<OrtOptions, OrtNet> loader = entries.get(i).loader();
        OrtOptions settings = OrtOptions.fast(options.threads());
        contestants.add(
            new Contestant(() -> loader.apply(settings), inputs.get(i), options.streams()));
      }
      int times = inputs.getFirst().size() == 1 ? TIMES_PER_TURN : 1;
      compete(contestants, times, options, progress);
      List<Timing> timings = contestants.stream().map(Contestant::timing).toList();
      return new BenchResult(
          models(entries, costs, timings),
          batch,
          options.threads(),
          options.streams(),
          contestants.getFirst().runsPerTime(),
          "ONNX Runtime " + OrtNet.version());
    } finally {
      contestants.forEach(Contestant::close);
    }
  }

  private static Map<String, Tensor> inputs(Entry entry, BenchOptions options) {
    try {
      return RandomInputs.of(entry.graph().inputs(), options.batch(), options.seed());
    } catch (IllegalArgumentException e) {
      throw new OrtNetException(entry.name(), "no input can be made", e);
    }
  }

  private static void compete(
      List<Contestant> contestants, int times, BenchOptions options, Progress progress) {
    progress.begin("measuring latency", options.rounds(), "rounds");
    try {
      contestants.forEach(contestant -> contestant.run(options.warmUpRuns()));
      long deadline = System.nanoTime() + (long) (options.maxSeconds() * 1e9);
      for (int round = 0; round < options.rounds(); round++) {
        if (round >= LEAST_ROUNDS && System.nanoTime() > deadline) {
          break;
        }
        for (int turn = 0; turn < contestants.size(); turn++) {
          Contestant contestant = contestants.get((round + turn) % contestants.size());
          contestant.run(1);
          contestant.time(times);
        }
        progress.advance(1);
      }
    } finally {
      progress.end();
    }
  }

  private static int commonBatch(List<Entry> entries, List<List<Map<String, Tensor>>> inputs) {
    int first = batch(inputs.getFirst().getFirst());
    for (int i = 0; i < entries.size(); i++) {
      for (Map<String, Tensor> input : inputs.get(i)) {
        if (batch(input) != first) {
          throw new OrtNetException(
              entries.get(i).name(),
              "runs %d samples at once, but %s runs %d; they cannot be compared"
                  .formatted(batch(input), entries.getFirst().name(), first));
        }
      }
    }
    return first;
  }

  private static int batch(Map<String, Tensor> inputs) {
    return inputs.values().stream()
        .filter(tensor -> tensor.rank() > 0)
        .findFirst()
        .map(tensor -> tensor.size(0))
        .orElse(1);
  }

  private static List<ModelLatency> models(
      List<Entry> entries, List<Cost> costs, List<Timing> timings) {
    Graph original = entries.getFirst().graph();
    List<ModelLatency> models = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Timing timing = timings.get(i);
      double speedup = timing.speedupOver(timings.getFirst());
      double macRatio = (double) costs.getFirst().macs() / costs.get(i).macs();
      String diagnosis =
          Diagnosis.of(original, entry.graph(), speedup).map(Diagnosis::sentence).orElse("");
      models.add(
          new ModelLatency(entry.name(), timing, costs.get(i), speedup, macRatio, diagnosis));
    }
    return models;
  }
}
