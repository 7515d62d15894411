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

  @Option(
      names = "--reinitialise",
      description =
          "Draw all weights anew after each cut, so that only the widths are kept: the control for"
              + " every method. Needs long training.")
  private boolean reinitialises;

  @Option(names = "--no-bench", description = "Do not measure latency.")
  private boolean noBench;

  int recalibrationBatches() {
    return recalibrationBatches;
  }

  boolean reinitialises() {
    return reinitialises;
  }

  boolean measuresLatency() {
    return !noBench;
  }
}
