package io.espalier.cli;

import io.espalier.data.Augmentation;
import io.espalier.data.DataOptions;
import io.espalier.data.DataSpec;
import io.espalier.data.DataSplits;
import io.espalier.data.Datasets;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.onnx.OnnxReader;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Epochs of fine-tuning. Default: ${DEFAULT-VALUE}.")
  private int epochs = 2;

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
      for (DemoVariant variant : DemoVariant.ALL) {
        output.note(variant.text());
        PruneResult result =
            Pruner.of(graph, variant.options().withFineTuning(training()))
                .data(splits, normalization)
                .progress(output.progress())
                .stopWhen(interruption)
                .run(RunFolder.at(files.emptyRun(variant.name())));
        if (!result.complete()) {
          output.note("stopped: the demo begins anew the next time");
          return Interruption.EXIT;
        }
        new Proofs(result.findings()).lines().forEach(output::note);
        results.put(variant.name(), result);
      }
    }
    finish(files, graph, normalization, results, output);
    return 0;
  }

  private TrainOptions training() {
    return TrainOptions.defaults()
        .withEpochs(epochs)
        .withLearningRate(RATE)
        .withAugmentation(new Augmentation(2, true));
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
      PruneResult result = entry.getValue();
      WrittenFiles written = files.pruned(entry.getKey());
      Graph smaller = Recorded.normalization(result.graph(), normalization);
      long before = Files.size(files.network());
      PruneReport single =
          new PruneReport(entry.getKey(), result, before, written, Optional.empty());
      written.write(smaller, result.plan(), single::object);
      graphs.put(entry.getKey(), smaller);
    }
    DemoReport report = new DemoReport(files, results, SideBySide.measure(graphs, output));
    output.print(report.text());
    output.result(report.object());
  }
}
