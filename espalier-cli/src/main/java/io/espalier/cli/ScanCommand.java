package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.file.AtomicFile;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import io.espalier.method.PruneOptions;
import io.espalier.method.Pruner;
import io.espalier.method.search.ScanFile;
import io.espalier.method.search.ScanPlot;
import io.espalier.method.search.ScanTable;
import io.espalier.method.search.Sensitivity;
import io.espalier.method.search.SensitivityScan;
import io.espalier.train.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code espalier scan}. */
@Command(
    name = "scan",
    description = "Measure how sensitive each layer is to a cut: table, JSON and plot.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier scan net.onnx --data cifar10:DIR",
      "  espalier scan net.onnx --data images:DIR --set criterion=fpgm --set images=5000",
      "  espalier prune net.onnx --data cifar10:DIR -m sensitivity --set scan=net-scan.json",
      "",
      "Writes NET-scan.json, NET-scan.md and NET-scan.svg beside the network, or what --out",
      "says. A scan that was stopped goes on when the same command is given again."
    })
final class ScanCommand implements Callable<Integer> {
  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;
  @Mixin private EvaluationOptions evaluation;

  @ArgGroup(validate = false, order = 10, heading = "%nWhat to measure:%n")
  private ScanOptions scan = new ScanOptions();

  @ArgGroup(validate = false, order = 20, heading = "%nImages:%n")
  private DataInput data = new DataInput();

  @ArgGroup(validate = false, order = 30, heading = "%nFiles:%n")
  private FileOptions files = new FileOptions();

  @Parameters(paramLabel = "NET.onnx", description = "The network.")
  private Path file;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the criterion and of --validation. Default: 1.")
  private long seed = 1;

  /** The files of a scan. */
  private record Targets(Path json, Path table, Path plot) {
    static Targets of(Path json) {
      String name = json.getFileName().toString();
      String stem = name.endsWith(".json") ? name.substring(0, name.length() - 5) : name;
      return new Targets(
          json, json.resolveSibling(stem + ".md"), json.resolveSibling(stem + ".svg"));
    }

    void check(InputFiles inputs, boolean force) {
      inputs.requireKept(json, table, plot);
      OutputFile.check(json, force);
      OutputFile.check(table, force);
      OutputFile.check(plot, force);
    }
  }

  @Override
  public Integer call() throws IOException {
    Output output = common.output(parent);
    Targets targets = Targets.of(files.out(OutputFile.beside(file, "-scan.json")));
    InputFiles inputs = InputFiles.NONE.and("the network", file).and("the data", data.path());
    targets.check(inputs, files.force());
    data.spec();
    PruneOptions options = scan.toOptions().withSeed(seed).withEvaluation(evaluation.toOptions());
    Graph graph = input.read(file);
    DataSplits splits = scan.setAside(data.open(graph, output), seed);
    Normalization normalization = data.normalization(graph, output);
    RunFolder folder =
        files.run(
            OutputFile.stem(file) + "-scan",
            () ->
                RunName.digest(
                    GraphDigest.of(graph),
                    options.toString(),
                    splits.digest(),
                    normalization.toString()),
            output);
    try (Interruption interruption = Interruption.watch(output)) {
      Pruner pruner =
          Pruner.of(graph, options)
              .data(splits, normalization)
              .progress(output.progress())
              .stopWhen(interruption);
      Pruner.Study<SensitivityScan> study = Sensitivity.scan(pruner, Optional.of(folder));
      study.warnings().forEach(output::warn);
      if (study.result().isEmpty()) {
        return interruption.stopped(folder);
      }
      finish(study.result().get(), targets, output);
    }
    return 0;
  }

  private void finish(SensitivityScan result, Targets targets, Output output) throws IOException {
    Optional<String> plot = ScanPlot.svg(result);
    Optional<String> plotName = plot.map(svg -> targets.plot().getFileName().toString());
    write(targets.json(), ScanFile.toJson(result));
    write(targets.table(), ScanTable.markdown(result, plotName));
    if (plot.isPresent()) {
      write(targets.plot(), plot.get());
    } else {
      output.warn("no plot was drawn: this machine has no fonts");
    }
    output.print(table(result));
    output.print(
        "wrote %s, %s%s"
            .formatted(
                targets.json(), targets.table(), plot.isPresent() ? ", " + targets.plot() : ""));
    ObjectNode object = Output.object().put("output", targets.json().toString());
    object.put("table", targets.table().toString());
    plot.ifPresent(svg -> object.put("plot", targets.plot().toString()));
    object.set("scan", ScanFile.toTree(result));
    output.result(object);
  }

  private static void write(Path target, String text) throws IOException {
    AtomicFile.write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String table(SensitivityScan result) {
    String[] header = ScanTable.header().toArray(String[]::new);
    for (int column = 1; column < header.length; column++) {
      header[column] = ">" + header[column];
    }
    Table table = Table.of(header);
    ScanTable.rows(result).forEach(row -> table.row(row.toArray()));
    return "%s%n%s"
        .formatted(
            "accuracy in %% on %d images with one group cut by %s; uncut %s"
                .formatted(
                    result.images(), result.criterion(), Numbers.accuracy(result.accuracy())),
            table);
  }
}
