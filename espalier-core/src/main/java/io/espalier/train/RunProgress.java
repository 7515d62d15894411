package io.espalier.train;

import io.espalier.progress.Progress;
import java.time.Duration;
import java.util.Locale;

/** Tells a {@link Progress} about the epochs of a run. */
final class RunProgress {
  private final Progress progress;
  private final int epochs;
  private final int stepsPerEpoch;
  private long firstStep = -1;
  private long beginNanos;

  RunProgress(Progress progress, int epochs, int stepsPerEpoch) {
    this.progress = progress;
    this.epochs = epochs;
    this.stepsPerEpoch = stepsPerEpoch;
  }

  /** Begins or, at a later step than the first, resumes an epoch. */
  void beginEpoch(int epoch, int step, int images, int batchSize) {
    long all = Math.min(images, (long) stepsPerEpoch * batchSize);
    String task = "epoch %d/%d".formatted(epoch + 1, epochs);
    progress.resume(task, Math.min(all, (long) step * batchSize), all, "images");
    if (firstStep < 0) {
      firstStep = (long) epoch * stepsPerEpoch + step;
      beginNanos = System.nanoTime();
    }
  }

  /** A step is done; {@code taken} steps of the run are complete. */
  void step(int images, EpochTotals totals, double learningRate, long taken) {
    progress.advance(images);
    progress.note("loss", format("%.4f", totals.loss()));
    if (totals.labelled() > 0) {
      progress.note("accuracy", format("%.1f %%", 100 * totals.accuracy()));
    }
    progress.note("lr", format("%.4g", learningRate));
    progress.note("run left", left(taken));
  }

  private String left(long taken) {
    double each = (double) (System.nanoTime() - beginNanos) / (taken - firstStep);
    long remaining = (long) epochs * stepsPerEpoch - taken;
    Duration left = Duration.ofNanos((long) (each * remaining));
    return format("%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  void end() {
    progress.end();
  }
}
