package io.espalier.cli;

import io.espalier.cost.Budget;
import io.espalier.data.Augmentation;
import io.espalier.data.DataOptions;
import io.espalier.data.DataSpec;
import io.espalier.data.DataSplits;
import io.espalier.data.Datasets;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.latency.BenchResult;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.onnx.OnnxReader;
import io.espalier.surgery.PlanOptions;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code espalier demo}. */
@Command(
    name = "demo",
    description = "Do everything once, in a minute, with a bundled network and bundled images.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier demo",
      "  espalier demo --out /tmp/demo --epochs 3",
      "",
      "Prunes a small residual network for Fashion-MNIST to half its MACs, once by the l1 norm of"
          + " its",
      "filters and once at random; fine-tunes both, proves the cuts, and measures."
    })
final class DemoCommand implements Callable<Integer> {
  private static final List<String> METHODS = List.of("l1", "random");
  private static final double RATE = 0.02;

  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Folder for the files; the demo's own are replaced. Default: espalier-demo.")
  private Path folder = Path.of("espalier-demo");

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Epochs of fine-tuning. Default: ${DEFAULT-VALUE}.")
  private int epochs = 1;

  @Option(names = "--budget", paramLabel = "BUDGET", description = "Default: ${DEFAULT-VALUE}.")
  private Budget budget = Budget.parse("macs=50%");

  @Override
  public Integer call() throws IOException {
    Output output = common.output(parent);
    DemoFiles files = DemoFiles.unpack(folder);
    Graph graph = OnnxReader.read(files.network());
    Normalization normalization =
        Normalization.fromMetadata(graph.header().metadata()).orElseThrow();
    DataSpec spec = new DataSpec(DataSpec.Kind.IDX, files.images());
    DataSplits splits = Datasets.open(spec, DataOptions.defaults(), output.progress());
    output.note(
        "%s: a residual network for Fashion-MNIST; %d images to train on, %d to test"
            .formatted(files.network(), splits.train().size(), splits.test().size()));
    Map<String, PruneResult> results = new LinkedHashMap<>();
    try (Interruption interruption = Interruption.watch(output)) {
      for (String method : METHODS) {
        output.note("pruning with %s to %s, then fine-tuning".formatted(method, budget));
        Pruner pruner =
            Pruner.of(graph, options(method))
                .data(splits, normalization)
                .progress(output.progress())
                .stopWhen(interruption);
        PruneResult result = pruner.run(RunFolder.at(files.emptyRun(method)));
        if (!result.complete()) {
          return Interruption.EXIT;
        }
        new Proofs(result.findings()).lines().forEach(output::note);
        results.put(method, result);
      }
    }
    finish(files, graph, normalization, results, output);
    return 0;
  }

  private PruneOptions options(String method) {
    TrainOptions training =
        TrainOptions.defaults()
            .withEpochs(epochs)
            .withLearningRate(RATE)
            .withAugmentation(new Augmentation(2, true));
    return PruneOptions.of(method, PlanOptions.of(PruneOptions.counted(budget)))
        .withFineTuning(training);
  }

  private static void finish(
      DemoFiles files,
      Graph graph,
      Normalization normalization,
      Map<String, PruneResult> results,
      Output output)
      throws IOException {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("original", graph);
    for (Map.Entry<String, PruneResult> entry : results.entrySet()) {
      Graph smaller = Recorded.normalization(entry.getValue().graph(), normalization);
      files.pruned(entry.getKey()).write(smaller, entry.getValue().plan());
      graphs.put(entry.getKey(), smaller);
    }
    Optional<BenchResult> latency = SideBySide.measure(graphs, output);
    DemoReport report = new DemoReport(files, results, latency);
    for (Map.Entry<String, PruneResult> entry : results.entrySet()) {
      WrittenFiles written = files.pruned(entry.getKey());
      PruneReport single =
          new PruneReport(
              entry.getKey(),
              entry.getValue(),
              Files.size(files.network()),
              Files.size(written.network()),
              Optional.empty());
      written.write(single.object(written.network(), written.plan(), written.record()));
    }
    output.print(report.text());
    output.result(report.object());
  }
}
