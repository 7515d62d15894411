package io.espalier.cli;

import io.espalier.train.Distillation;
import picocli.CommandLine.Option;

/** How to learn from a teacher. */
final class DistillOptions {
  private static final double HALF = 0.5;

  @Option(
      names = "--distill-weight",
      paramLabel = "W",
      description = "Share of the loss that the teacher has. Default: 0.5; 1 without labels.")
  private Double weight;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Softens the class distributions that are compared. Default: 4.")
  private double temperature = 4;

  @Option(
      names = "--distill-outputs",
      description =
          "Compare the outputs themselves, not class distributions: for networks that are no"
              + " classifiers.")
  private boolean outputs;

  /** What to learn, from images with or without labels. */
  Distillation distillation(boolean labelled) {
    double share = weight != null ? weight : labelled ? HALF : 1;
    return outputs ? new Distillation.Outputs(share) : new Distillation.Logits(temperature, share);
  }
}
