package io.espalier.cli;

import io.espalier.torch.Precision;
import io.espalier.train.EvaluateOptions;
import picocli.CommandLine.Option;

/** How to run a network over images without training it. */
final class EvaluationOptions {
  @Option(
      names = "--batch",
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Images at a time. Default: 128.")
  private int batch = EvaluateOptions.defaults().batchSize();

  @Option(names = "--precision", paramLabel = "P", description = "fp32 (default) or bf16.")
  private Precision precision = Precision.FLOAT32;

  @Option(
      names = "--threads",
      converter = Range.Threads.class,
      paramLabel = "N",
      description = "Default: all processors.")
  private int threads = EvaluateOptions.defaults().threads();

  EvaluateOptions toOptions() {
    return new EvaluateOptions(batch, precision, threads);
  }
}
