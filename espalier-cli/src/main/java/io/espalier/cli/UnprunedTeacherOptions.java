package io.espalier.cli;

import io.espalier.train.TrainOptions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Whether and how a pruned network learns from the network that it was. */
final class UnprunedTeacherOptions {
  @Option(
      names = "--distill",
      description =
          "Fine-tune also on the outputs of the unpruned network; the options below imply it, and"
              + " so do images without labels.")
  private boolean distils;

  @ArgGroup(validate = false)
  private DistillOptions how = new DistillOptions();

  /** {@code options} with the distillation that was asked for, or that is all one can learn. */
  TrainOptions over(TrainOptions options, boolean labelled) {
    return distils || how.given() || !labelled
        ? options.withDistillation(how.distillation(labelled))
        : options;
  }
}
