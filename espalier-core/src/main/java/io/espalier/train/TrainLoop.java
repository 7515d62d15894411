package io.espalier.train;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.DataException;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Header;
import io.espalier.torch.Mode;
import io.espalier.torch.Torch;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run from where its folder stands to its end, or to where it is asked to stop. */
final class TrainLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainLoop.class);

  private final TrainJob job;
  private final TrainOptions options;
  private final BooleanSupplier stop;
  private final RunStore store;
  private final Batches batches;
  private final StepRunner runner;
  private final RunProgress progress;
  private int epoch;
  private int step;
  private EpochTotals totals = EpochTotals.NONE;
  private double learningRate;
  private long savedNanos = System.nanoTime();

  TrainLoop(TrainJob job, RunFolder folder, BooleanSupplier stop) {
    this.job = job;
    this.options = job.options();
    this.stop = stop;
    Torch.threads(options.threads());
    store = new RunStore(folder, job.identity());
    batches =
        Batches.training(
            job.data().train(),
            job.normalization(),
            options.augmentation(),
            options.batchSize(),
            options.seed());
    progress = new RunProgress(job.progress(), options.epochs(), batches.stepsPerEpoch());
    Optional<Checkpoint> latest = store.takeUp(job);
    runner = new StepRunner(job);
    start(latest);
  }

  private void start(Optional<Checkpoint> latest) {
    Torch.seed(options.seed());
    job.hook().start(new TrainRun(runner.net(), options, batches.stepsPerEpoch()));
    latest.ifPresent(
        checkpoint -> {
          Snapshot.restore(checkpoint, runner, job.hook());
          epoch = checkpoint.position().epoch();
          step = checkpoint.position().step();
          totals = checkpoint.position().totals();
          learningRate = checkpoint.position().learningRate();
          LOG.info("going on after epoch={} step={}", epoch, step);
        });
  }

  TrainResult run() {
    if (epoch < options.epochs()) {
      prepare();
    }
    while (epoch < options.epochs()) {
      if (!steps() || !endEpoch()) {
        save();
        return result(Optional.empty(), false);
      }
    }
    Dataset test = job.data().test();
    Optional<Accuracy> accuracy = Optional.empty();
    if (hasLabels(test)) {
      accuracy = evaluate(test);
      if (accuracy.isEmpty()) {
        return result(accuracy, false);
      }
      store.append(RunStore.testLine(accuracy.get()));
    }
    return result(accuracy, true);
  }

  /** A damaged image ends the run now and not after hours. */
  private void prepare() {
    try {
      job.data().prepare(job.progress(), stop);
    } catch (DataException failure) {
      if (!stop.getAsBoolean()) {
        throw failure;
      }
    }
  }

  /** Takes the remaining steps of the epoch; false if it was asked to stop before their end. */
  private boolean steps() {
    progress.beginEpoch(epoch, step, job.data().train().size(), options.batchSize());
    try (BatchStream stream = batches.epoch(epoch, step)) {
      while (stream.hasNext()) {
        if (stop.getAsBoolean()) {
          return false;
        }
        step(stream);
        saveIfDue();
      }
      return true;
    } catch (DataException failure) {
      // A stream that is interrupted while it waits fails, and leaves the thread's flag set.
      if (stop.getAsBoolean()) {
        return false;
      }
      throw failure;
    } finally {
      progress.end();
    }
  }

  private void step(BatchStream stream) {
    long begin = System.nanoTime();
    Batch batch = stream.next();
    long waited = System.nanoTime() - begin;
    long before = (long) epoch * batches.stepsPerEpoch() + step;
    long all = (long) options.epochs() * batches.stepsPerEpoch();
    learningRate =
        options.learningRate() * options.schedule().factor(before, all, options.epochs());
    EpochTotals made = runner.step(batch, epoch, before, learningRate);
    step++;
    double seconds = (System.nanoTime() - begin) / 1e9;
    totals = totals.plus(made).plus(new EpochTotals(0, 0, 0, 0, seconds, waited / 1e9));
    progress.step(batch.count(), totals, learningRate, before + 1);
  }

  /** Evaluates and closes the epoch; false if it was asked to stop before. */
  private boolean endEpoch() {
    Dataset validation = job.data().validation();
    boolean due = (epoch + 1) % options.evaluateEvery() == 0 || epoch + 1 == options.epochs();
    Optional<Accuracy> accuracy = Optional.empty();
    if (due && hasLabels(validation)) {
      accuracy = evaluate(validation);
      if (accuracy.isEmpty()) {
        return false;
      }
    }
    EpochMetrics metrics = metrics(accuracy);
    job.hook().endOfEpoch(metrics);
    LOG.info("{}", metrics);
    store.append(metrics.toJson());
    epoch++;
    step = 0;
    totals = EpochTotals.NONE;
    save();
    return true;
  }

  private EpochMetrics metrics(Optional<Accuracy> validation) {
    return new EpochMetrics(
        epoch + 1,
        (long) (epoch + 1) * batches.stepsPerEpoch(),
        learningRate,
        totals.loss(),
        totals.accuracy(),
        totals.imagesPerSecond(),
        totals.waitShare(),
        validation,
        job.hook().figures());
  }

  private static boolean hasLabels(Dataset data) {
    for (int i = 0; i < data.size(); i++) {
      if (data.label(i) >= 0) {
        return true;
      }
    }
    return false;
  }

  private Optional<Accuracy> evaluate(Dataset data) {
    Batches all = Batches.evaluation(data, job.normalization(), options.batchSize());
    return Evaluator.evaluate(runner.net(), all, job.hook().taps(Mode.EVAL), job.progress(), stop);
  }

  private void saveIfDue() {
    long due = TimeUnit.SECONDS.toNanos(options.checkpointSeconds());
    if (step < batches.stepsPerEpoch() && System.nanoTime() - savedNanos >= due) {
      save();
    }
  }

  private void save() {
    Checkpoint.Position position =
        new Checkpoint.Position(epoch, step, totals, learningRate, store.metricsBytes());
    Checkpoint checkpoint = Snapshot.take(runner, job.hook(), position, store.identity());
    Snapshot.notFinite(checkpoint)
        .ifPresent(
            name -> {
              throw runner.diverged("'" + name + "' is no longer finite", epoch, step);
            });
    store.save(checkpoint);
    savedNanos = System.nanoTime();
  }

  private TrainResult result(Optional<Accuracy> test, boolean complete) {
    Graph trained = runner.net().toGraph();
    Header header = trained.header();
    for (Map.Entry<String, String> entry : job.normalization().toMetadata().entrySet()) {
      header = header.withMetadata(entry.getKey(), entry.getValue());
    }
    return new TrainResult(trained.withHeader(header), store.history(), test, complete);
  }

  @Override
  public void close() {
    runner.close();
  }
}
