package io.espalier.cli;

import picocli.CommandLine.Option;

/** What happens to a network that was cut, besides training. */
final class AfterCutOptions {
  @Option(
      names = "--recalibrate",
      paramLabel = "N",
      converter = Range.CountOrNone.class,
      description = "Measure batch normalisation anew on N batches after each cut. Default: 0.")
  private int recalibrationBatches;

  @Option(names = "--no-bench", description = "Do not measure latency.")
  private boolean noBench;

  int recalibrationBatches() {
    return recalibrationBatches;
  }

  boolean measuresLatency() {
    return !noBench;
  }
}
