package io.espalier.cli;

import io.espalier.train.Distillation;
import picocli.CommandLine.Option;

/** How to learn from a teacher. */
final class DistillOptions {
  private static final double HALF = 0.5;
  private static final double TEMPERATURE = 4;

  @Option(
      names = "--distill-weight",
      converter = Range.NonzeroShare.class,
      paramLabel = "W",
      description = "Share of the loss that the teacher has. Default: 0.5; 1 without labels.")
  private Double weight;

  @Option(
      names = "--temperature",
      converter = Range.Positive.class,
      paramLabel = "T",
      description = "Softens the class distributions that are compared. Default: 4.")
  private Double temperature;

  @Option(
      names = "--distill-outputs",
      description =
          "Compare the outputs themselves, not class distributions: for networks that are no"
              + " classifiers.")
  private boolean outputs;

  /** Whether any of these was given. */
  boolean given() {
    return weight != null || temperature != null || outputs;
  }

  /** What to learn, from images with or without labels. */
  Distillation distillation(boolean labelled) {
    double share = weight != null ? weight : labelled ? HALF : 1;
    double softness = temperature != null ? temperature : TEMPERATURE;
    return outputs ? new Distillation.Outputs(share) : new Distillation.Logits(softness, share);
  }
}
