package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.Batches;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.dynamic.DynamicException;
import io.espalier.dynamic.DynamicMeasure;
import io.espalier.dynamic.DynamicNet;
import io.espalier.dynamic.DynamicOptions;
import io.espalier.dynamic.DynamicResult;
import io.espalier.dynamic.DynamicTrainer;
import io.espalier.dynamic.SampleCosts;
import io.espalier.dynamic.StaticCut;
import io.espalier.dynamic.Variant;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtNetException;
import io.espalier.onnx.OnnxWriter;
import io.espalier.train.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The part of {@code espalier train} that makes a network dynamic. */
record DynamicTraining(
    StartingPoint start,
    DataSplits splits,
    DynamicOptions options,
    Optional<Graph> teacher,
    Output output) {
  /** Each is run by itself; so many show the shares to a per cent or two. */
  private static final int ANALYSED_IMAGES = 2_000;

  private static final int PROVED_IMAGES = 16;

  /** Where the smaller network of {@code static} goes, given where the masked one does. */
  static Path cutFile(Path file) {
    return OutputFile.beside(file, "-cut.onnx");
  }

  /** Names the run's folder. */
  String digest() {
    return RunName.digest(
        GraphDigest.of(start.graph()),
        options.joint().digest(),
        DynamicChoices.text(options),
        splits.train().digest(),
        start.normalization().toString(),
        teacher.map(GraphDigest::of).orElse(""));
  }

  /** Trains in {@code folder} and writes {@code file}; returns the exit code. */
  int run(RunFolder folder, Path file) throws IOException {
    sayWhatIsUngated();
    DynamicResult result;
    try (Interruption interruption = Interruption.watch(output)) {
      DynamicTrainer trainer =
          DynamicTrainer.of(start.graph(), splits, start.normalization(), options)
              .progress(output.progress())
              .stopWhen(interruption);
      result = teacher.map(trainer::teacher).orElse(trainer).run(folder);
      if (!result.complete()) {
        return interruption.stopped(folder);
      }
    }
    return finish(result, folder, file);
  }

  private void sayWhatIsUngated() {
    Map<String, List<String>> layers = new LinkedHashMap<>();
    DynamicNet.ungated(start.graph(), options.gates())
        .forEach((layer, why) -> layers.computeIfAbsent(why, w -> new ArrayList<>()).add(layer));
    layers.forEach(
        (why, names) -> output.note("no gate on %s: %s".formatted(String.join(", ", names), why)));
  }

  private int finish(DynamicResult result, RunFolder folder, Path file) throws IOException {
    OnnxWriter.write(recorded(result.net().graph()), file);
    Optional<Path> smaller = smaller(result.net(), file);
    result.warnings().forEach(output::warn);
    output.print("wrote %s%s".formatted(file, said(result)));
    smaller.ifPresent(path -> output.print("wrote %s, the same without gates".formatted(path)));
    ObjectNode object = Output.object();
    object.put("output", file.toString()).put("run", folder.path().toString());
    object.put("asked", DynamicChoices.text(options));
    smaller.ifPresent(path -> object.put("smaller", path.toString()));
    object.put("budget", result.budget());
    result.measure().ifPresent(measure -> object.setAll(json(measure)));
    ObjectNode epochs = object.putObject("epochs");
    result.history().forEach((stage, history) -> epochs.put(stage, history.size()));
    result.warnings().forEach(object.putArray("warnings")::add);
    if (result.measure().isPresent()) {
      analysis(result.net().graph(), folder).forEach(object.putArray("analysis")::add);
    }
    output.result(object);
    return 0;
  }

  /** The network is trained and written by now: what cannot be analysed is no failure. */
  private List<String> analysis(Graph graph, RunFolder folder) throws IOException {
    Dataset images = splits.forEvaluation().limit(ANALYSED_IMAGES);
    Path into = folder.path().resolve("analysis");
    try {
      return GateReport.write(graph, images, start.normalization(), into, output);
    } catch (DynamicException | OrtNetException impossible) {
      output.warn("no analysis: " + impossible.getMessage());
      return List.of();
    }
  }

  private Graph recorded(Graph graph) {
    return Recorded.preprocessing(graph, start.normalization(), start.framing());
  }

  /** Where every image uses the same channels, the others need not exist. */
  private Optional<Path> smaller(DynamicNet net, Path file) {
    if (net.variant() != Variant.STATIC) {
      return Optional.empty();
    }
    StaticCut cut = StaticCut.of(net);
    cut.prove(net, someImages());
    OnnxWriter.write(recorded(cut.smaller()), cutFile(file));
    return Optional.of(cutFile(file));
  }

  private Tensor someImages() {
    Dataset some = splits.forEvaluation().limit(PROVED_IMAGES);
    return ExportImages.first(Batches.evaluation(some, start.normalization(), PROVED_IMAGES));
  }

  private static String said(DynamicResult result) {
    return result
        .measure()
        .map(
            measure ->
                ": accuracy %s at %s of %s MACs (budget %s), from %s to %s"
                    .formatted(
                        Numbers.accuracy(measure.accuracy().top1()),
                        Numbers.percent(measure.costs().share()),
                        Numbers.count(measure.costs().dense()),
                        Numbers.percent(result.budget()),
                        Numbers.count(measure.costs().quantile(0)),
                        Numbers.count(measure.costs().quantile(1))))
        .orElse("");
  }

  private static ObjectNode json(DynamicMeasure measure) {
    SampleCosts costs = measure.costs();
    ObjectNode object = Output.object();
    object.put("accuracy", measure.accuracy().top1()).put("images", costs.samples());
    ObjectNode macs = CostsJson.of(costs);
    object.set("macs", macs);
    macs.put("meanWithBias", measure.costsWithBias().mean());
    macs.put("denseWithBias", measure.costsWithBias().dense());
    return object;
  }
}
