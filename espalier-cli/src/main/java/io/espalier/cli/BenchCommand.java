package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.dynamic.SampleCosts;
import io.espalier.dynamic.SampleRunner;
import io.espalier.dynamic.SampleUse;
import io.espalier.graph.Graph;
import io.espalier.latency.BenchOptions;
import io.espalier.latency.BenchResult;
import io.espalier.latency.LatencyBench;
import io.espalier.latency.ModelLatency;
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
      description = "Turns of each network, of three times. Default: ${DEFAULT-VALUE}.")
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
    BenchInputs inputs = new BenchInputs(data, options, output);
    BenchResult result =
        data.given()
            ? LatencyBench.run(files, inputs::of, sized(options), output.progress())
            : LatencyBench.run(files, sized(options), output.progress());
    Map<String, SampleCosts> costs = dynamic(inputs);
    output.print(text(result, costs));
    output.result(object(result, costs));
    return 0;
  }

  /** What the measured inputs cost, by file, for those that choose their channels for each. */
  private Map<String, SampleCosts> dynamic(BenchInputs inputs) {
    Map<String, SampleCosts> costs = new HashMap<>();
    for (Path file : files) {
      Graph graph = input.read(file);
      if (SampleRunner.runs(graph)) {
        String name = graph.inputs().getFirst().name();
        try (SampleRunner runner = SampleRunner.of(graph, OrtOptions.fast(threads))) {
          long[] macs =
              inputs.of(graph).stream()
                  .flatMap(values -> runner.use(values.get(name)).stream())
                  .mapToLong(SampleUse::macs)
                  .toArray();
          costs.put(file.toString(), new SampleCosts(runner.denseMacs(), macs));
        }
      }
    }
    return costs;
  }

  private BenchOptions sized(BenchOptions options) {
    return input.texts().isEmpty()
        ? options
        : options.withInputShapes(input.shapes(input.read(files.getFirst())));
  }

  /** The table of a measurement, and what it means. */
  static String text(BenchResult result) {
    return text(result, Map.of());
  }

  private static String text(BenchResult result, Map<String, SampleCosts> dynamic) {
    Table table =
        Table.of(
            "network",
            ">median",
            ">spread",
            ">faster",
            ">samples/s",
            ">MACs",
            ">fewer MACs",
            ">parameters");
    StringBuilder sentences = new StringBuilder();
    for (ModelLatency model : result.models()) {
      table.row(
          model.name(),
          Numbers.millis(model.timing().medianMillis()),
          Numbers.percent(model.timing().spread()),
          Numbers.factor(model.speedup()),
          Numbers.rate(result.samplesPerSecond(model)),
          Numbers.count(macs(model, dynamic)),
          Numbers.factor(1.0 * macs(result.models().getFirst(), dynamic) / macs(model, dynamic)),
          Numbers.count(model.cost().params()));
      if (dynamic.containsKey(model.name())) {
        SampleCosts costs = dynamic.get(model.name());
        sentences.append(
            "\n%s chooses its channels for each input: %s"
                .formatted(model.name(), CostsJson.text(costs)));
      } else if (!model.diagnosis().isEmpty()) {
        sentences.append('\n').append(model.name()).append(": ").append(model.diagnosis());
      }
    }
    if (!result.warning().isEmpty()) {
      sentences.append('\n').append(result.warning());
    }
    int times = result.models().getFirst().timing().runs();
    return "%s%n%s, batch %d, %d %s%s, %d times each%s"
        .formatted(
            table,
            result.runtime(),
            result.batch(),
            result.threads(),
            result.threads() == 1 ? "thread" : "threads",
            result.streams() == 1
                ? ""
                : ", %d streams (a time is that of a run over all of them)"
                    .formatted(result.streams()),
            times,
            sentences);
  }

  private static long macs(ModelLatency model, Map<String, SampleCosts> dynamic) {
    SampleCosts costs = dynamic.get(model.name());
    return costs == null ? model.cost().macs() : Math.round(costs.mean());
  }

  private static ObjectNode object(BenchResult result, Map<String, SampleCosts> dynamic) {
    ObjectNode object = Output.object();
    object.put("runtime", result.runtime());
    object.put("warning", result.warning());
    object.put("batch", result.batch()).put("threads", result.threads());
    object.put("streams", result.streams());
    ArrayNode models = object.putArray("models");
    for (ModelLatency model : result.models()) {
      ObjectNode entry = models.addObject().put("file", model.name());
      fill(entry, model);
      entry.put("samplesPerSecond", result.samplesPerSecond(model));
      long macs = macs(model, dynamic);
      entry.put("macs", macs);
      entry.put("macRatio", 1.0 * macs(result.models().getFirst(), dynamic) / macs);
      if (dynamic.containsKey(model.name())) {
        entry.set("sampleMacs", CostsJson.of(dynamic.get(model.name())));
        entry.put("diagnosis", "");
      }
    }
    return object;
  }

  private static void fill(ObjectNode object, ModelLatency model) {
    object.put("medianMillis", model.timing().medianMillis());
    object.put("lowerQuartileMillis", model.timing().lowerQuartileMillis());
    object.put("upperQuartileMillis", model.timing().upperQuartileMillis());
    object.put("minMillis", model.timing().minMillis()).put("runs", model.timing().runs());
    object.put("macs", model.cost().macs()).put("params", model.cost().params());
    object.put("speedup", model.speedup()).put("macRatio", model.macRatio());
    object.put("diagnosis", model.diagnosis());
  }
}
