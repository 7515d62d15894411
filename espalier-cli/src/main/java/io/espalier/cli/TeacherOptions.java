package io.espalier.cli;

import io.espalier.train.Distillation;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** A second network to learn from. */
final class TeacherOptions {
  @Option(
      names = "--teacher",
      paramLabel = "FILE",
      description = "Learn also from the outputs of this network.")
  private Path file;

  @ArgGroup(validate = false)
  private DistillOptions distill = new DistillOptions();

  Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** What to learn from the teacher, if there is one. */
  Distillation distillation(boolean labelled) {
    return file == null ? new Distillation.None() : distill.distillation(labelled);
  }
}
