package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.cost.Cost;
import io.espalier.data.DataSplits;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.train.Accuracy;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import io.espalier.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code espalier train}. */
@Command(
    name = "train",
    description = "Train a network of the zoo from random weights, or go on training an ONNX file.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier train resnet20 --data cifar10:DIR --out net.onnx",
      "  espalier train resnet8 --data idx:DIR --epochs 5 --validation 0.1",
      "  espalier train resnet20 --data cifar10:DIR --epochs 0 --out untrained.onnx",
      "  espalier train net.onnx --data images:DIR --epochs 3 --lr 0.01 --out tuned.onnx",
      "  espalier train small.onnx --data images:DIR --teacher big.onnx",
      "  espalier train net.onnx --data cifar10:DIR --dynamic sanp --budget macs=35%%",
      "  espalier train net.onnx --data cifar10:DIR --dynamic sanp --teacher net.onnx",
      "",
      "Writes NAME.onnx for a network of the zoo, NET-trained.onnx for an ONNX file, or",
      "what --out says. A run that was stopped or killed goes on when the same command",
      "is given again."
    })
final class TrainCommand implements Callable<Integer> {
  private static final double FINE_TUNING_RATE = 0.01;

  @Spec private CommandSpec spec;
  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;
  @Mixin private LearningOptions learning;

  @ArgGroup(validate = false, order = 40, heading = "%nLearning from another network:%n")
  private TeacherOptions teacher = new TeacherOptions();

  @ArgGroup(validate = false, order = 45, heading = "%nChannels chosen for each image:%n")
  private DynamicChoices dynamic = new DynamicChoices();

  @Parameters(
      paramLabel = "NAME|NET.onnx",
      description = "A network of the zoo, such as resnet20 (see docs/zoo.md), or an ONNX file.")
  private String network;

  @Override
  public Integer call() throws IOException {
    Output output = common.output(parent);
    requireUse();
    TrainingOptions training = learning.training();
    Path file = outputFile();
    StartingPoint start =
        StartingPoint.of(network, input, learning.data(), training.seed(), output);
    if (isUntrained()) {
      return untrained(start, file, output);
    }
    DataSplits splits = training.setAside(start.data());
    TrainOptions base = TrainOptions.defaults();
    TrainOptions options =
        training.over(start.isNew() ? base : base.withLearningRate(FINE_TUNING_RATE));
    Optional<Graph> master = teacher.file().map(OnnxReader::read);
    options = options.withDistillation(teacher.distillation(splits.train().isLabelled()));
    if (dynamic.asked()) {
      DynamicTraining work =
          new DynamicTraining(start, splits, dynamic.over(options, start.isNew()), master, output);
      dynamic.withoutEffect().forEach(output::warn);
      return work.run(learning.files().run(start.name(), work::digest, output), file);
    }
    String learned = master.map(GraphDigest::of).orElse("");
    TrainOptions asked = options;
    RunFolder folder =
        learning.files().run(start.name(), () -> digest(start, splits, asked, learned), output);
    TrainResult result;
    try (Interruption interruption = Interruption.watch(output)) {
      Trainer trainer =
          Trainer.of(start.graph(), splits, start.normalization(), options)
              .progress(output.progress())
              .stopWhen(interruption);
      result = master.map(trainer::teacher).orElse(trainer).run(folder);
      if (!result.complete()) {
        return interruption.stopped(folder);
      }
    }
    return finish(result, start, folder, file, output);
  }

  private void requireUse() {
    boolean learns = dynamic.asked() || teacher.file().isPresent();
    if (isUntrained() && (learns || StartingPoint.file(network).isPresent())) {
      throw CliException.misuse(
          "--epochs: expected a whole number of 1 or more, but got 0, which is for writing a"
              + " network of the zoo untrained");
    }
    UnusedOptions unused = new UnusedOptions(spec);
    if (teacher.file().isEmpty()) {
      unused.refuse("without --teacher it has no effect", DistillOptions.class);
    }
    if (!dynamic.asked()) {
      unused.refuse("without --dynamic it has no effect", DynamicChoices.class);
    }
  }

  private boolean isUntrained() {
    return learning.training().epochs(1) == 0;
  }

  /** Writes the network with the weights that training would begin with. */
  private static int untrained(StartingPoint start, Path file, Output output) {
    Graph graph = Recorded.preprocessing(start.graph(), start.normalization(), start.framing());
    OnnxWriter.write(graph, file);
    output.print("wrote %s, untrained".formatted(file));
    ObjectNode object = Output.object().put("output", file.toString());
    output.result(withCost(object, graph).put("epochs", 0));
    return 0;
  }

  private static ObjectNode withCost(ObjectNode object, Graph graph) {
    Cost cost = Cost.of(graph);
    return object.put("macs", cost.macs()).put("params", cost.params());
  }

  private Path outputFile() {
    FileOptions files = learning.files();
    Path file = files.out(StartingPoint.defaultOutput(network));
    InputFiles read =
        InputFiles.NONE
            .and("the network", StartingPoint.file(network).orElse(null))
            .and("the teacher", teacher.file().orElse(null))
            .and("the data", learning.data().path());
    if (dynamic.writesACut()) {
      Path cut = DynamicTraining.cutFile(file);
      read.requireKept(cut);
      OutputFile.check(cut, files.force());
    }
    read.requireKept(file);
    return OutputFile.check(file, files.force());
  }

  private static String digest(
      StartingPoint start, DataSplits splits, TrainOptions options, String master) {
    return RunName.digest(
        GraphDigest.of(start.graph()),
        options.digest(),
        splits.train().digest(),
        start.normalization().toString(),
        master);
  }

  private static int finish(
      TrainResult result, StartingPoint start, RunFolder folder, Path file, Output output) {
    Graph graph = Recorded.preprocessing(result.graph(), start.normalization(), start.framing());
    OnnxWriter.write(graph, file);
    Optional<Accuracy> validated = result.history().getLast().validation();
    output.print(
        "wrote %s after %d epoch%s%s%s"
            .formatted(
                file,
                result.history().size(),
                result.history().size() == 1 ? "" : "s",
                validated
                    .map(a -> ", validation accuracy " + Numbers.accuracy(a.top1()))
                    .orElse(""),
                result
                    .test()
                    .map(a -> ", test accuracy " + Numbers.accuracy(a.top1()))
                    .orElse("")));
    ObjectNode object = Output.object();
    object.put("output", file.toString()).put("run", folder.path().toString());
    withCost(object, graph).put("epochs", result.history().size());
    object.put("loss", result.history().getLast().loss());
    validated.ifPresent(a -> object.put("validationAccuracy", a.top1()));
    result.test().ifPresent(a -> object.put("accuracy", a.top1()).put("images", a.images()));
    output.result(object);
    return 0;
  }
}
