package io.espalier.cli;

import io.espalier.dynamic.SampleCosts;
import io.espalier.dynamic.SampleRunner;
import io.espalier.dynamic.SampleUse;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.BenchResult;
import io.espalier.latency.LatencyBench;
import io.espalier.latency.OrtOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code espalier bench}. */
@Command(
    name = "bench",
    description = "Measure latency or throughput in ONNX Runtime, side by side.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier bench net.onnx net-pruned.onnx",
      "  espalier bench net.onnx net-pruned.onnx --threads 2 --batch 8",
      "  espalier bench net.onnx net-pruned.onnx --streams 8",
      "  espalier bench net-masked.onnx net-compact.onnx --data cifar10:DIR",
      "  espalier bench detector.onnx --input 3x640x640",
      "",
      "The networks take turns, so that a machine that slows down meets all of them. The others"
          + " are",
      "compared with the first."
    })
final class BenchCommand implements Callable<Integer> {
  private static final BenchOptions DEFAULTS = BenchOptions.defaults();

  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;

  @Parameters(arity = "1..*", paramLabel = "NET.onnx", description = "The networks.")
  private List<Path> files;

  @Option(
      names = "--threads",
      converter = Range.Threads.class,
      paramLabel = "N",
      description = "Threads of one operator. Default: ${DEFAULT-VALUE}.")
  private int threads = DEFAULTS.threads();

  @Option(
      names = "--streams",
      converter = Range.Threads.class,
      paramLabel = "N",
      description =
          "Copies of each network that run beside each other: throughput instead of latency."
              + " Default: ${DEFAULT-VALUE}.")
  private int streams = DEFAULTS.streams();

  @Option(
      names = "--batch",
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Samples a run. Default: what the file declares, 1 where it leaves that open.")
  private int batch = DEFAULTS.batch();

  @Option(
      names = "--rounds",
      converter = Range.Count.class,
      paramLabel = "N",
      description =
          "Turns of each network, of three runs, or of one pass over the images of --data. Default:"
              + " ${DEFAULT-VALUE}.")
  private int rounds = DEFAULTS.rounds();

  @Option(
      names = "--seconds",
      converter = Range.Positive.class,
      paramLabel = "S",
      description = "Stop after this time at the latest. Default: ${DEFAULT-VALUE}.")
  private double seconds = DEFAULTS.maxSeconds();

  @ArgGroup(
      validate = false,
      order = 20,
      heading =
          "%nImages:%nOf --data "
              + BenchInputs.COUNT
              + " take turns, evenly from the classes; without it one random input is used.%n")
  private DataInput data = new DataInput();

  @Override
  public Integer call() {
    Output output = common.output(parent);
    BenchOptions options =
        DEFAULTS
            .withThreads(threads)
            .withStreams(streams)
            .withBatch(batch)
            .withRounds(rounds, DEFAULTS.warmUpRuns())
            .withMaxSeconds(seconds);
    List<Graph> graphs = files.stream().map(input::read).toList();
    List<List<Map<String, Tensor>>> inputs =
        new BenchInputs(data, options, output).of(files, graphs);
    BenchResult result = LatencyBench.run(files, inputs, sized(options), output.progress());
    int images = data.given() ? inputs.getFirst().size() * result.batch() : 0;
    String source = data.given() ? data.text() : "";
    BenchReport report = new BenchReport(result, costs(graphs, inputs), source, images);
    output.print(report.text());
    output.result(report.object());
    return 0;
  }

  /** What the inputs cost, by file, for those networks that choose their channels for each. */
  private Map<String, SampleCosts> costs(
      List<Graph> graphs, List<List<Map<String, Tensor>>> inputs) {
    Map<String, SampleCosts> costs = new HashMap<>();
    for (int i = 0; i < graphs.size(); i++) {
      if (SampleRunner.runs(graphs.get(i))) {
        costs.put(files.get(i).toString(), costs(graphs.get(i), inputs.get(i)));
      }
    }
    return costs;
  }

  private SampleCosts costs(Graph graph, List<Map<String, Tensor>> inputs) {
    try (SampleRunner runner = SampleRunner.of(graph, OrtOptions.fast(threads))) {
      long[] macs =
          inputs.stream()
              .flatMap(input -> runner.run(input.values().iterator().next()).samples().stream())
              .mapToLong(SampleUse::macs)
              .toArray();
      return new SampleCosts(runner.denseMacs(), macs);
    }
  }

  private BenchOptions sized(BenchOptions options) {
    return input.texts().isEmpty()
        ? options
        : options.withInputShapes(input.shapes(input.read(files.getFirst())));
  }
}
