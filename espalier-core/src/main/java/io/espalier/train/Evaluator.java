package io.espalier.train;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.DataException;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
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

  /** A network that is ready to run; the caller closes it. */
  interface Classifier extends AutoCloseable {
    /** Runs a batch and counts its images. */
    void count(Batch batch, AccuracyCounter counter);

    @Override
    void close();
  }

  /**
   * The accuracy of {@code graph} on the images of {@code data} that have a label, run by {@link
   * Engine#of}.
   *
   * @throws TrainException if the data or the network's output do not allow that
   */
  public static Accuracy evaluate(
      Graph graph,
      Dataset data,
      Normalization normalization,
      EvaluateOptions options,
      Progress progress) {
    Engine engine = Engine.of(graph);
    return evaluate(graph, data, normalization, options, engine, Verdicts.none(), progress);
  }

  /**
   * The accuracy of {@code graph} on the images of {@code data} that have a label.
   *
   * @param engine what runs it
   * @param verdicts hears of each image
   * @throws TrainException if the data, the network's output or the engine do not allow that
   */
  public static Accuracy evaluate(
      Graph graph,
      Dataset data,
      Normalization normalization,
      EvaluateOptions options,
      Engine engine,
      Verdicts verdicts,
      Progress progress) {
    Port input = InputCheck.check(graph, data);
    int fixed = engine == Engine.ORT ? OrtClassifier.fixedBatch(input) : 0;
    int size = fixed > 0 ? fixed : options.batchSize();
    Batches batches = Batches.evaluation(data, normalization, size);
    try (Classifier classifier = classifier(graph, options, engine)) {
      return evaluate(classifier, batches, verdicts, progress, () -> false).orElseThrow();
    }
  }

  private static Classifier classifier(Graph graph, EvaluateOptions options, Engine engine) {
    return switch (engine) {
      case LIBTORCH -> {
        Torch.threads(options.threads());
        TorchNet net = TorchNet.of(graph, new NetOptions(options.precision(), true));
        yield new OnLibtorch(net, Taps.none());
      }
      case ORT -> OrtClassifier.of(graph, options);
    };
  }

  private record OnLibtorch(TorchNet net, Taps taps) implements Classifier {
    @Override
    public void count(Batch batch, AccuracyCounter counter) {
      try (Scope scope = Scope.open()) {
        DeviceTensor images = DeviceTensor.of(batch.images(), batch.shape());
        DeviceTensor output = net.forward(images, Mode.EVAL, taps);
        counter.add(
            Objective.logits(output).orElseThrow(() -> Objective.noClasses(output)),
            batch.labels());
      }
    }

    @Override
    public void close() {
      net.close();
    }
  }

  /** What a network that is run by the caller makes of a batch. */
  public interface Logits {
    /** The first output for the images of {@code batch}, row by row. */
    float[] of(Batch batch);
  }

  /** The accuracy of what the caller runs, on the images of {@code batches} that have a label. */
  public static Accuracy evaluate(
      Logits logits, Batches batches, Verdicts verdicts, Progress progress) {
    return evaluate(new OnHost(logits), batches, verdicts, progress, () -> false).orElseThrow();
  }

  private record OnHost(Logits logits) implements Classifier {
    @Override
    public void count(Batch batch, AccuracyCounter counter) {
      float[] values = logits.of(batch);
      counter.add(values, values.length / batch.count(), batch.labels());
    }

    @Override
    public void close() {}
  }

  /** The accuracy of {@code net}, which stays the caller's, with {@code taps} at work. */
  public static Accuracy evaluate(
      TorchNet net, Batches batches, Taps taps, Verdicts verdicts, Progress progress) {
    return evaluate(new OnLibtorch(net, taps), batches, verdicts, progress, () -> false)
        .orElseThrow();
  }

  /** As above; empty if {@code stop} ended it. */
  static Optional<Accuracy> evaluate(
      TorchNet net, Batches batches, Taps taps, Progress progress, BooleanSupplier stop) {
    return evaluate(new OnLibtorch(net, taps), batches, Verdicts.none(), progress, stop);
  }

  private static Optional<Accuracy> evaluate(
      Classifier classifier,
      Batches batches,
      Verdicts verdicts,
      Progress progress,
      BooleanSupplier stop) {
    AccuracyCounter counter = new AccuracyCounter(verdicts);
    progress.begin("evaluating", batches.dataset().size(), "images");
    try (BatchStream stream = batches.all()) {
      while (stream.hasNext()) {
        if (stop.getAsBoolean()) {
          return Optional.empty();
        }
        Batch batch = stream.next();
        classifier.count(batch, counter);
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
}
