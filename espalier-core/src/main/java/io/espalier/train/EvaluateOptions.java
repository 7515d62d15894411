package io.espalier.train;

import io.espalier.torch.Precision;

/**
 * How to run a network over images.
 *
 * @param batchSize images a batch
 * @param precision arithmetic
 * @param threads threads of one operator
 */
public record EvaluateOptions(int batchSize, Precision precision, int threads) {
  public EvaluateOptions {
    if (batchSize < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "batch size and threads must be 1 or more, but got %d and %d"
              .formatted(batchSize, threads));
    }
  }

  /** Batches of 128 in float32 on all processors. */
  public static EvaluateOptions defaults() {
    return new EvaluateOptions(128, Precision.FLOAT32, Runtime.getRuntime().availableProcessors());
  }

  public EvaluateOptions withBatchSize(int value) {
    return new EvaluateOptions(value, precision, threads);
  }

  public EvaluateOptions withPrecision(Precision value) {
    return new EvaluateOptions(batchSize, value, threads);
  }

  public EvaluateOptions withThreads(int value) {
    return new EvaluateOptions(batchSize, precision, value);
  }
}
