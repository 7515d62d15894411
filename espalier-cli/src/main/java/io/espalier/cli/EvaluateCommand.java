package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.dynamic.DynamicMeasure;
import io.espalier.dynamic.DynamicNet;
import io.espalier.dynamic.SampleRunner;
import io.espalier.graph.Graph;
import io.espalier.latency.OrtOptions;
import io.espalier.torch.Precision;
import io.espalier.torch.TorchNet;
import io.espalier.train.Accuracy;
import io.espalier.train.Engine;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.Evaluator;
import io.espalier.train.Verdicts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code espalier evaluate}. */
@Command(
    name = "evaluate",
    description = "Measure the accuracy of classifiers on labelled images.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier evaluate net.onnx --data cifar10:cifar-10-binary.tar.gz",
      "  espalier evaluate net.onnx --data images:val --normalization imagenet",
      "  espalier evaluate net.onnx --data images:val --resize 256 --crop 224",
      "  espalier evaluate net.onnx net-pruned.onnx --data images:val",
      "  espalier evaluate net.onnx --data idx:DIR --json | jq .accuracy",
      "  espalier evaluate net-dynamic.onnx --data cifar10:DIR --dynamic-report gates"
    })
final class EvaluateCommand implements Callable<Integer> {
  /** A part of a data set. */
  enum Split {
    TEST,
    VALIDATION,
    TRAIN
  }

  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;
  @Mixin private EvaluationOptions evaluation;

  @ArgGroup(validate = false, order = 20, heading = "%nImages:%n")
  private DataInput data = new DataInput();

  @Parameters(
      paramLabel = "NET.onnx",
      arity = "1..*",
      description = "The network; further ones are compared with it image by image.")
  private List<Path> files;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "test, validation or train. Default: the first of these that has images.")
  private Split split;

  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      description =
          "libtorch or ort (ONNX Runtime). Default: libtorch where it has every operator, else"
              + " ort.")
  private Engine engine;

  @Option(
      names = "--dynamic-report",
      paramLabel = "DIR",
      description =
          "Of a network that chooses its channels for each image: which it used for what, as JSON,"
              + " CSV and pictures in this new folder.")
  private Path report;

  @Override
  public Integer call() throws IOException {
    Output output = common.output(parent);
    List<Graph> graphs = new ArrayList<>();
    for (Path file : files) {
      graphs.add(input.read(file));
    }
    requireReportable(graphs.getFirst());
    List<Evaluated> all = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      Evaluated one = evaluate(files.get(i), graphs.get(i), output);
      if (i > 0) {
        one.compare(all.getFirst(), output);
      }
      all.add(one);
    }
    output.result(all.size() == 1 ? all.getFirst().result() : models(all));
    return 0;
  }

  private static ObjectNode models(List<Evaluated> all) {
    ObjectNode object = Output.object();
    ArrayNode models = object.putArray("models");
    all.forEach(one -> models.add(one.result()));
    return object;
  }

  private Evaluated evaluate(Path file, Graph graph, Output output) throws IOException {
    EvaluateOptions options = evaluation.toOptions();
    Engine used = engine(graph, options.precision(), output);
    Dataset images = part(data.open(graph, output));
    Normalization normalization = data.normalization(graph, output);
    List<Boolean> right = new ArrayList<>();
    Optional<DynamicMeasure> measure =
        measure(graph, images, normalization, used, right::add, output);
    Accuracy accuracy =
        measure.isPresent()
            ? measure.get().accuracy()
            : Evaluator.evaluate(
                graph, images, normalization, options, used, right::add, output.progress());
    Chance chance = Chance.of(graph, images);
    chance.warn(accuracy, file.toString(), normalization, output);
    output.print(
        "%s: %s of %d images right (top 5: %s, loss %.4f%s)"
            .formatted(
                file,
                Numbers.accuracy(accuracy.top1()),
                accuracy.images(),
                Numbers.accuracy(accuracy.top5()),
                accuracy.loss(),
                used == Engine.ORT ? ", in " + used : ""));
    measure.ifPresent(dynamic -> output.print(CostsJson.text(dynamic.costs())));
    ObjectNode result = result(file, graph, accuracy, chance, normalization);
    measure.ifPresent(dynamic -> result.set("macs", CostsJson.of(dynamic.costs())));
    if (report != null) {
      GateReport.write(graph, images, normalization, report, output)
          .forEach(result.putArray("report")::add);
    }
    result.put("runtime", used.name().toLowerCase(Locale.ROOT));
    return new Evaluated(file, result, right);
  }

  private void requireReportable(Graph graph) {
    if (report == null) {
      return;
    }
    if (files.size() > 1) {
      throw CliException.misuse(
          "--dynamic-report: is about one network, not %d".formatted(files.size()));
    }
    if (!SampleRunner.runs(graph)) {
      throw CliException.misuse(
          "--dynamic-report: %s has no gates, every image uses all of its channels"
              .formatted(files.getFirst()));
    }
    if (Files.exists(report)) {
      throw new CliException("%s exists already: name a new folder".formatted(report));
    }
  }

  /** What the images cost, where the network chooses its channels for each. */
  private Optional<DynamicMeasure> measure(
      Graph graph,
      Dataset images,
      Normalization normalization,
      Engine used,
      Verdicts verdicts,
      Output output) {
    if (!SampleRunner.runs(graph)) {
      return Optional.empty();
    }
    EvaluateOptions options = evaluation.toOptions();
    if (used == Engine.LIBTORCH) {
      DynamicNet net = DynamicNet.of(graph);
      return Optional.of(
          DynamicMeasure.of(net, images, normalization, options, verdicts, output.progress()));
    }
    try (SampleRunner runner = SampleRunner.of(graph, OrtOptions.fast(options.threads()))) {
      return Optional.of(
          DynamicMeasure.of(runner, images, normalization, verdicts, output.progress()));
    }
  }

  private Engine engine(Graph graph, Precision precision, Output output) {
    Optional<String> obstacle = TorchNet.obstacle(graph);
    boolean wanted = engine == Engine.ORT;
    if (precision != Precision.FLOAT32 && (wanted || obstacle.isPresent())) {
      throw CliException.misuse(
          "--precision: only libtorch computes in another than fp32, but "
              + (wanted ? "--runtime is ort" : obstacle.orElseThrow()));
    }
    if (engine != null) {
      return engine;
    }
    obstacle.ifPresent(why -> output.note("evaluating in %s: %s".formatted(Engine.ORT, why)));
    return obstacle.isPresent() ? Engine.ORT : Engine.LIBTORCH;
  }

  private Dataset part(DataSplits splits) {
    if (split == null) {
      return splits.forEvaluation();
    }
    Dataset part =
        switch (split) {
          case TEST -> splits.test();
          case VALIDATION -> splits.validation();
          case TRAIN -> splits.train();
        };
    if (part.isEmpty()) {
      throw new CliException(
          "%s has no %s split".formatted(data.text(), split.name().toLowerCase(Locale.ROOT)));
    }
    return part;
  }

  private ObjectNode result(
      Path file, Graph graph, Accuracy accuracy, Chance chance, Normalization normalization) {
    ObjectNode object = Output.object();
    object.put("file", file.toString()).put("data", data.text());
    object.put("accuracy", accuracy.top1()).put("images", accuracy.images());
    object.put("top5", accuracy.top5()).put("loss", accuracy.loss());
    object.put("classes", chance.classes()).put("nearChance", chance.isNear(accuracy));
    object.set("mean", Output.json(normalization.mean()));
    object.set("std", Output.json(normalization.std()));
    object.set("framing", Output.json(data.framing(graph).toMetadata()));
    return object;
  }
}
