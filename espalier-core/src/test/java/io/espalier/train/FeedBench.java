package io.espalier.train;

import com.sun.management.OperatingSystemMXBean;
import io.espalier.data.Augmentation;
import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.DataOptions;
import io.espalier.data.DataSpec;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Datasets;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.onnx.OnnxReader;
import io.espalier.progress.Progress;
import io.espalier.torch.Precision;
import io.espalier.torch.Torch;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Whether training waits for its data: images/s and CPU time of steps on real batches and on one
 * batch that is given again and again, in turns. Arguments: an ONNX file, a data specifier, fp32 or
 * bf16, threads, steps a round, rounds.
 */
final class FeedBench {
  private static final int BATCH = 128;
  private static final int WARM_UP = 3;

  private FeedBench() {}

  public static void main(String[] arguments) {
    Graph graph = OnnxReader.read(Path.of(arguments[0]));
    DataSpec spec = DataSpec.parse(arguments[1]);
    Dataset train = Datasets.open(spec, DataOptions.defaults(), Progress.none()).forTraining();
    TrainOptions options =
        TrainOptions.defaults()
            .withPrecision(arguments[2].equals("bf16") ? Precision.BFLOAT16 : Precision.FLOAT32)
            .withThreads(Integer.parseInt(arguments[3]))
            .withLearningRate(0.01);
    Normalization normalization = Normalization.preset("imagenet");
    Torch.threads(options.threads());
    TrainJob job =
        Trainer.of(graph, new DataSplits(train, train, train), normalization, options).job();
    Batches batches =
        Batches.training(train, normalization, Augmentation.STANDARD, BATCH, options.seed());
    int steps = Math.min(Integer.parseInt(arguments[4]), batches.stepsPerEpoch());
    try (StepRunner runner = new StepRunner(job)) {
      for (int round = 0; round < Integer.parseInt(arguments[5]); round++) {
        try (BatchStream stream = batches.epoch(round, 0)) {
          measure("real feed", runner, steps, stream::next);
        }
        measure("synthetic", runner, steps, repeated(batches));
      }
    }
  }

  private static Supplier<Batch> repeated(Batches batches) {
    try (BatchStream stream = batches.epoch(0, 0)) {
      Batch batch = stream.next();
      Batch copy =
          new Batch(batch.images().clone(), batch.labels().clone(), batch.count(), batch.shape());
      return () -> copy;
    }
  }

  private static void measure(String name, StepRunner runner, int steps, Supplier<Batch> feed) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long wall = 0;
    long cpu = 0;
    long waited = 0;
    for (int step = 0; step < steps; step++) {
      if (step == WARM_UP) {
        wall = System.nanoTime();
        cpu = system.getProcessCpuTime();
        waited = 0;
      }
      long begin = System.nanoTime();
      Batch batch = feed.get();
      waited += System.nanoTime() - begin;
      runner.step(batch, 0, step, 0.01);
    }
    double seconds = (System.nanoTime() - wall) / 1e9;
    double processor = (system.getProcessCpuTime() - cpu) / 1e6 / (steps - WARM_UP);
    System.out.printf(
        Locale.ROOT,
        "%s: %.0f images/s, %.1f ms CPU a step, %.2f %% of the time waiting for data%n",
        name,
        BATCH * (steps - WARM_UP) / seconds,
        processor,
        waited / 1e7 / seconds);
  }
}
