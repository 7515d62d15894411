package io.espalier.train;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.DataException;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.Torch;
import io.espalier.torch.TorchNet;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Measures the accuracy of a network of one input, by its first output. */
public final class Evaluator {
  private Evaluator() {}

  /**
   * The accuracy of {@code graph} on the images of {@code data} that have a label.
   *
   * @throws TrainException if the data or the network's output do not allow that
   */
  public static Accuracy evaluate(
      Graph graph,
      Dataset data,
      Normalization normalization,
      EvaluateOptions options,
      Progress progress) {
    Torch.threads(options.threads());
    InputCheck.check(graph, data);
    try (TorchNet net = TorchNet.of(graph, new NetOptions(options.precision(), true))) {
      Batches batches = Batches.evaluation(data, normalization, options.batchSize());
      return evaluate(net, batches, Taps.none(), progress);
    }
  }

  /** The accuracy of {@code net}, which stays the caller's, with {@code taps} at work. */
  public static Accuracy evaluate(TorchNet net, Batches batches, Taps taps, Progress progress) {
    return evaluate(net, batches, taps, progress, () -> false).orElseThrow();
  }

  /** As above; empty if {@code stop} ended it. */
  static Optional<Accuracy> evaluate(
      TorchNet net, Batches batches, Taps taps, Progress progress, BooleanSupplier stop) {
    AccuracyCounter counter = new AccuracyCounter();
    progress.begin("evaluating", batches.dataset().size(), "images");
    try (BatchStream stream = batches.all()) {
      while (stream.hasNext()) {
        if (stop.getAsBoolean()) {
          return Optional.empty();
        }
        Batch batch = stream.next();
        count(net, batch, taps, counter);
        progress.advance(batch.count());
      }
    } catch (DataException failure) {
      // A stream that is interrupted while it waits fails, and leaves the thread's flag set.
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
      throw failure;
    } finally {
      progress.end();
    }
    if (counter.images() == 0) {
      throw new TrainException("an accuracy needs images with labels, and there are none");
    }
    return Optional.of(counter.accuracy());
  }

  private static void count(TorchNet net, Batch batch, Taps taps, AccuracyCounter counter) {
    try (Scope scope = Scope.open()) {
      DeviceTensor images = DeviceTensor.of(batch.images(), batch.shape());
      DeviceTensor output = net.forward(images, Mode.EVAL, taps);
      DeviceTensor logits = Objective.logits(output).orElseThrow(() -> Objective.noClasses(output));
      counter.add(logits, batch.labels());
    }
  }
}
