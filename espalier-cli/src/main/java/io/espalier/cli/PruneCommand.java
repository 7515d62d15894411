package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.DataSplits;
import io.espalier.data.Framing;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import io.espalier.latency.BenchResult;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.surgery.PlanException;
import io.espalier.surgery.PlanFile;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code espalier prune}. */
@Command(
    name = "prune",
    description = "Remove channels under a budget, prove the cut, fine-tune, write a smaller file.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier prune net.onnx                  half the MACs, without data",
      "  espalier prune net.onnx --budget params=40%% --ranking uniform",
      "  espalier prune net.onnx --data cifar10:DIR --epochs 15 --align 16",
      "  espalier prune net.onnx --ratio '*layer3*=0.5' --freeze '*layer1*'",
      "  espalier prune resnet56.onnx --preset resnet56-b",
      "  espalier prune net.onnx --data images:DIR --epochs 10 --distill",
      "  espalier prune net.onnx --plan net-pruned.plan.json --out again.onnx",
      "",
      "Writes NET-pruned.onnx, NET-pruned.plan.json and NET-pruned.run.json beside the",
      "network, or what --out says. A run that was stopped or killed goes on when the",
      "same command is given again."
    })
final class PruneCommand implements Callable<Integer> {
  private static final double FINE_TUNING_RATE = 0.01;

  @Spec private CommandSpec spec;
  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;
  @Mixin private LearningOptions learning;

  @ArgGroup(validate = false, order = 10, heading = "%nWhat to remove:%n")
  private PruningOptions pruning = new PruningOptions();

  @ArgGroup(validate = false, order = 40, heading = "%nLearning from the unpruned network:%n")
  private UnprunedTeacherOptions teacher = new UnprunedTeacherOptions();

  @ArgGroup(validate = false, order = 45, heading = "%nAfter each cut:%n")
  private AfterCutOptions after = new AfterCutOptions();

  @Parameters(paramLabel = "NET.onnx", description = "The network.")
  private Path file;

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description = "Remove what this plan says instead of choosing.")
  private Path plan;

  private record Images(DataSplits splits, Normalization normalization, Framing framing) {}

  @Override
  public Integer call() throws IOException {
    Output output = common.output(parent);
    Path target = learning.files().out(OutputFile.beside(file, "-pruned.onnx"));
    WrittenFiles files = WrittenFiles.of(target);
    inputs().requireKept(files.network(), files.plan(), files.record());
    files.requireWritable(learning.files().force());
    requireData();
    requireUse();
    Graph graph = input.read(file);
    Optional<Images> images =
        learning.data().given() ? Optional.of(open(graph, output)) : Optional.empty();
    PruneOptions options = options(graph, images);
    try (Interruption interruption = Interruption.watch(output)) {
      Pruner pruner = pruner(graph, images, options, output).stopWhen(interruption);
      Optional<RunFolder> folder = folder(graph, images, options, output);
      PruneResult result = run(pruner, folder);
      if (!result.complete()) {
        return folder.map(interruption::stopped).orElse(Interruption.EXIT);
      }
      finish(graph, images, options, result, files, output);
    }
    return 0;
  }

  private InputFiles inputs() {
    return InputFiles.NONE
        .and("the network", file)
        .and("the plan", plan)
        .and("the data", learning.data().path());
  }

  private void requireData() {
    boolean trains = learning.training().trains() || trainsItself();
    if (!learning.data().given() && (trains || after.recalibrationBatches() > 0)) {
      throw CliException.misuse(
          "%s needs images: add --data KIND:PATH".formatted(trains ? "training" : "--recalibrate"));
    }
  }

  /** Refuses options that would be ignored, because the user counts on them. */
  private void requireUse() {
    UnusedOptions unused = new UnusedOptions(spec);
    if (plan != null) {
      unused.refuse("--plan says what goes", PruningOptions.class);
    }
    if (!learning.data().given()) {
      unused.refuse("without --data it has no effect", DataInput.class, FramingOptions.class);
      unused.refuse("without --data it has no effect", "--validation");
    }
    if (!learning.training().trains()) {
      String why = "without --epochs nothing is trained";
      unused.refuse(why, UnprunedTeacherOptions.class, DistillOptions.class);
      unused.refuse(why, "--step-epochs");
    }
    if (!keepsRun()) {
      unused.refuse("without --epochs nothing is trained", "--run");
    }
    if (!learning.training().trains() && !trainsItself()) {
      String why = "without --epochs nothing is trained";
      unused.refuse(why, TrainingOptions.ONLY_FOR_TRAINING);
    }
  }

  private Images open(Graph graph, Output output) {
    DataInput data = learning.data();
    DataSplits splits = learning.training().setAside(data.open(graph, output));
    return new Images(splits, data.normalization(graph, output), data.framing(graph));
  }

  private PruneOptions options(Graph graph, Optional<Images> images) throws IOException {
    TrainingOptions training = learning.training();
    boolean trains = training.trains();
    PruneOptions options =
        plan == null ? pruning.toOptions(trains, graph) : PruneOptions.replay(readPlan());
    EvaluateOptions evaluation =
        new EvaluateOptions(
            EvaluateOptions.defaults().batchSize(), training.precision(), training.threads());
    options =
        options
            .withRecalibration(after.recalibrationBatches())
            .withReinitialisation(after.reinitialises())
            .withSeed(training.seed())
            .withEvaluation(evaluation);
    if (images.isEmpty()) {
      return options;
    }
    TrainOptions asked = fineTuning(images.get());
    return trains ? options.withFineTuning(asked) : options.withTraining(asked);
  }

  private boolean trainsItself() {
    return plan == null && pruning.trainsItself();
  }

  /** Whether there is work that a stopped run goes on from. */
  private boolean keepsRun() {
    return learning.training().trains()
        || trainsItself()
        || (plan == null && pruning.searches() && learning.data().given());
  }

  private PruningPlan readPlan() throws IOException {
    try {
      return PlanFile.read(plan);
    } catch (CharacterCodingException binary) {
      throw new PlanException("'%s': not a plan: it is no text".formatted(plan), binary);
    }
  }

  private TrainOptions fineTuning(Images images) {
    TrainOptions options =
        learning.training().over(TrainOptions.defaults().withLearningRate(FINE_TUNING_RATE));
    return teacher.over(options, images.splits().forTraining().isLabelled());
  }

  private static Pruner pruner(
      Graph graph, Optional<Images> images, PruneOptions options, Output output) {
    Pruner pruner = Pruner.of(graph, options).progress(output.progress());
    return images.map(i -> pruner.data(i.splits(), i.normalization())).orElse(pruner);
  }

  private PruneResult run(Pruner pruner, Optional<RunFolder> folder) {
    try {
      return folder.map(pruner::run).orElseGet(pruner::run);
    } catch (PlanException e) {
      // The name that the file gives its graph says little: every one of PyTorch's is 'torch_jit'.
      throw new PlanException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Where the run stands, if there is work that a stopped one goes on from. */
  private Optional<RunFolder> folder(
      Graph graph, Optional<Images> images, PruneOptions options, Output output) {
    if (!keepsRun()) {
      return Optional.empty();
    }
    Images given = images.orElseThrow();
    return Optional.of(
        learning.files().run(OutputFile.stem(file), () -> digest(graph, given, options), output));
  }

  private static String digest(Graph graph, Images images, PruneOptions options) {
    return RunName.digest(
        GraphDigest.of(graph),
        options.toString(),
        images.splits().digest(),
        images.normalization().toString());
  }

  private void finish(
      Graph graph,
      Optional<Images> images,
      PruneOptions options,
      PruneResult result,
      WrittenFiles files,
      Output output)
      throws IOException {
    images.ifPresent(given -> warnOfChance(graph, given, result, output));
    result.warnings().forEach(output::warn);
    if (result.plan().entries().isEmpty()) {
      output.warn("nothing was removed: the network meets what was asked for as it is");
    }
    Graph smaller =
        images
            .map(
                given ->
                    Recorded.preprocessing(result.graph(), given.normalization(), given.framing()))
            .orElse(result.graph());
    Optional<BenchResult> latency =
        after.measuresLatency() ? measure(graph, smaller, output) : Optional.empty();
    PruneReport report =
        new PruneReport(PruningOptions.text(options), result, Files.size(file), files, latency);
    files.write(
        smaller, result.plan(), bytes -> record(report.object(bytes), graph, images, options));
    long bytes = Files.size(files.network());
    output.print(report.text(bytes));
    output.print("wrote " + files);
    output.result(report.object(bytes));
  }

  private static Optional<BenchResult> measure(Graph graph, Graph smaller, Output output) {
    Map<String, Graph> both = new LinkedHashMap<>();
    both.put("before", graph);
    both.put("after", smaller);
    return SideBySide.measure(both, output);
  }

  private void warnOfChance(Graph graph, Images images, PruneResult result, Output output) {
    Chance chance = Chance.of(graph, images.splits().forEvaluation());
    result
        .accuracy()
        .original()
        .ifPresent(a -> chance.warn(a, file.toString(), images.normalization(), output));
  }

  private ObjectNode record(
      ObjectNode result, Graph graph, Optional<Images> images, PruneOptions options) {
    ObjectNode record = result.deepCopy().put("version", Versions.espalier());
    record.put("network", file.toString()).put("digest", GraphDigest.of(graph));
    record.set("input", Output.json(input.texts()));
    record.put("seed", options.seed()).put("recalibrationBatches", after.recalibrationBatches());
    record.put("reinitialised", after.reinitialises());
    images.ifPresent(
        given -> {
          record.put("data", learning.data().text()).put("dataDigest", given.splits().digest());
          record.set("normalization", Output.json(given.normalization().toMetadata()));
          record.set("framing", Output.json(given.framing().toMetadata()));
        });
    options.fineTuning().ifPresent(training -> record.set("fineTuning", training.toJson()));
    return record;
  }
}
