package io.espalier.method;

import io.espalier.cost.Budget;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Scores;
import io.espalier.torch.Precision;
import io.espalier.train.EvaluateOptions;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Benches for tests of methods, computing in float64 on one thread. */
public final class Benches {
  /** Pixels as they are, 0 to 255. */
  public static final Normalization BYTES = Normalization.preset("bytes");

  private static final EvaluateOptions EXACT = new EvaluateOptions(5, Precision.FLOAT64, 1);

  private Benches() {}

  /** A bench for half the MACs with the images of {@link TinyNetworks}. */
  public static Workbench of(Graph graph) {
    return of(graph, TinyNetworks.splits(), Normalization.preset("half"));
  }

  /** A bench with the images of {@link TinyNetworks}. */
  public static Workbench of(Graph graph, PlanOptions goal) {
    return of(graph, goal, TinyNetworks.splits(), Normalization.preset("half"), EXACT.batchSize());
  }

  /** A bench for half the MACs. */
  public static Workbench of(Graph graph, DataSplits images, Normalization normalization) {
    return of(graph, images, normalization, EXACT.batchSize());
  }

  /** A bench for half the MACs that measures in batches of a size. */
  public static Workbench of(
      Graph graph, DataSplits images, Normalization normalization, int batchSize) {
    Budget.Counted half = new Budget.Share(Budget.Quantity.MACS, 0.5);
    return of(graph, PlanOptions.of(half), images, normalization, batchSize);
  }

  private static Workbench of(
      Graph graph,
      PlanOptions goal,
      DataSplits images,
      Normalization normalization,
      int batchSize) {
    PruneOptions options =
        PruneOptions.of("l1", goal).withEvaluation(EXACT.withBatchSize(batchSize)).withSeed(1);
    PruneJob job =
        new PruneJob(
                graph,
                options,
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                io.espalier.progress.Progress.none(),
                () -> false)
            .withData(new PruneJob.Images(images, normalization));
    PruneStore store = PruneStore.inMemory();
    Stages stages = new Stages(job, store);
    Cuts cuts = new Cuts(job, stages);
    return new Workbench(job, goal, 1, "plan-01", store, stages, cuts);
  }

  /** What a method with these settings says of the units on {@code bench}. */
  public static Scores score(MethodProvider method, Workbench bench, Map<String, String> settings) {
    return ((DataCriterion) method.create(Settings.of(method.info(), settings))).score(bench);
  }

  /** Training images of one row of pixels in three channels, each {@code [3, 1, W]} row-major. */
  public static DataSplits pixels(int[][] pixels, int... labels) {
    int size = pixels[0].length;
    byte[] bytes = new byte[pixels.length * size];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) pixels[i / size][i % size];
    }
    List<String> classes =
        IntStream.rangeClosed(0, IntStream.of(labels).max().orElse(0))
            .mapToObj(c -> "c" + c)
            .toList();
    Dataset all = Dataset.of(bytes, labels, classes, 3, 1, size / 3);
    return new DataSplits(all, all.subset(), all.subset());
  }
}
