package io.espalier.method.reconstruct;

import io.espalier.data.DataOptions;
import io.espalier.data.DataSpec;
import io.espalier.data.DataSplits;
import io.espalier.data.Datasets;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.onnx.OnnxReader;
import io.espalier.progress.Progress;
import io.espalier.train.EvaluateOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs {@link SingleLayerStudy} on some layers of a network; {@code tools/study/single-layer.sh}.
 */
public final class SingleLayerMain {
  private static final List<Double> SPEEDUPS = List.of(1.5, 2.0, 3.0, 4.0);

  private SingleLayerMain() {}

  /**
   * Writes {@code OUT.md} and {@code OUT.svg}: {@code NET.onnx KIND:DATA OUT IMAGES LAYER...}, with
   * the number of training images that outputs are compared on, on one thread.
   */
  public static void main(String[] args) throws IOException {
    if (args.length < 5) {
      System.err.println("usage: SingleLayerMain NET.onnx KIND:DATA OUT IMAGES LAYER...");
      System.exit(2);
    }
    Graph graph = OnnxReader.read(Path.of(args[0]));
    DataSplits splits =
        Datasets.open(DataSpec.parse(args[1]), DataOptions.defaults(), Progress.none());
    Normalization normalization =
        Normalization.fromMetadata(graph.header().metadata())
            .orElseGet(() -> Normalization.defaultFor(splits.forEvaluation().channels()));
    EvaluateOptions evaluation = EvaluateOptions.defaults().withThreads(1);
    List<SingleLayerStudy.Result> results = new ArrayList<>();
    for (String layer : Arrays.copyOfRange(args, 4, args.length)) {
      long begin = System.nanoTime();
      results.add(
          SingleLayerStudy.run(
              graph,
              layer,
              SPEEDUPS,
              splits,
              normalization,
              Integer.parseInt(args[3]),
              evaluation));
      System.err.printf(Locale.ROOT, "%s: %.0f s%n", layer, (System.nanoTime() - begin) / 1e9);
    }
    SingleLayerReport report = new SingleLayerReport(results);
    String head =
        String.format(
            Locale.ROOT,
            "Uncut: top 1 %.2f %%, top 5 %.2f %% of %d images.%n%n",
            100 * results.getFirst().original().top1(),
            100 * results.getFirst().original().top5(),
            results.getFirst().original().images());
    Files.writeString(Path.of(args[2] + ".svg"), report.svg());
    Files.writeString(Path.of(args[2] + ".md"), head + report.markdown());
  }
}
