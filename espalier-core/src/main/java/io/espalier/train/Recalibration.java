package io.espalier.train;

import io.espalier.data.Augmentation;
import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Torch;
import io.espalier.torch.TorchNet;

/**
 * Measures the running statistics of batch normalisation anew, which a cut leaves behind: the mean
 * over batches of images in a seeded order, without augmentation. No weight changes.
 */
public final class Recalibration {
  private static final long ORDER_SEED = 1;

  private Recalibration() {}

  /** As below, with {@link EvaluateOptions#defaults()} and without progress. */
  public static Graph run(Graph graph, Dataset data, Normalization normalization, int batches) {
    return run(graph, data, normalization, batches, EvaluateOptions.defaults(), Progress.none());
  }

  /**
   * {@code graph} with statistics from the first {@code batches} batches of {@code data}, or as
   * many as there are.
   */
  public static Graph run(
      Graph graph,
      Dataset data,
      Normalization normalization,
      int batches,
      EvaluateOptions options,
      Progress progress) {
    if (batches < 1) {
      throw new IllegalArgumentException("batches must be 1 or more, but got " + batches);
    }
    InputCheck.check(graph, data);
    Torch.threads(options.threads());
    Batches order =
        Batches.training(data, normalization, Augmentation.NONE, options.batchSize(), ORDER_SEED);
    try (TorchNet net = TorchNet.of(graph, new NetOptions(options.precision(), true));
        BatchStream stream = order.epoch(0, 0)) {
      int count = Math.min(batches, order.stepsPerEpoch());
      progress.begin("measuring batch statistics", count, "batches");
      try {
        for (int i = 0; i < count; i++) {
          pass(net, stream.next());
          progress.advance(1);
        }
      } finally {
        progress.end();
      }
      return net.toGraph();
    }
  }

  private static void pass(TorchNet net, Batch batch) {
    try (Scope scope = Scope.open()) {
      net.forward(DeviceTensor.of(batch.images(), batch.shape()), Mode.RECALIBRATE);
    }
  }
}
