package io.espalier.latency;

import java.util.List;

/**
 * The outcome of a measurement.
 *
 * @param models in the order in which they were given; the others are compared with the first
 * @param batch samples in one run
 * @param threads threads that worked on one operator
 * @param runtime name and version of the runtime
 */
public record BenchResult(List<ModelLatency> models, int batch, int threads, String runtime) {
  public BenchResult {
    models = List.copyOf(models);
  }
}
