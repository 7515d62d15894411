package io.espalier.latency;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The outcome of a measurement.
 *
 * @param models in the order in which they were given; the others are compared with the first
 * @param batch samples in one run
 * @param threads threads that worked on one operator
 * @param streams copies of each network that ran beside each other
 * @param runsPerTime runs of all streams that a time covers; it is divided by them
 * @param runtime name and version of the runtime
 */
public record BenchResult(
    List<ModelLatency> models,
    int batch,
    int threads,
    int streams,
    int runsPerTime,
    String runtime) {
  public BenchResult {
    models = List.copyOf(models);
  }

  /** Samples that {@code model} took in a second, by the median. */
  public double samplesPerSecond(ModelLatency model) {
    return 1000 * batch / model.timing().medianMillis();
  }

  /** A plain sentence where the times scatter too widely to be trusted, else empty. */
  public String warning() {
    Timing first = models.getFirst().timing();
    if (models.stream().noneMatch(model -> model.timing().isScattered())) {
      return "";
    }
    String ratios =
        models.stream()
            .skip(1)
            .map(model -> model.timing().fastestSpeedupOver(first))
            .map(ratio -> String.format(Locale.ROOT, "%.2fx", ratio))
            .collect(Collectors.joining(", "));
    return "the times scatter widely, as if the machine were busy; measure again on a quiet one"
        + (ratios.isEmpty() ? "" : " (by the fastest runs: " + ratios + ")");
  }
}
