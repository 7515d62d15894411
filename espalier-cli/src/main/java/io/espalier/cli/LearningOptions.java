package io.espalier.cli;

import picocli.CommandLine.ArgGroup;

/** What the commands that train have in common, each part with a heading in the help. */
final class LearningOptions {
  @ArgGroup(validate = false, order = 20, heading = "%nImages:%n")
  private DataInput data = new DataInput();

  @ArgGroup(validate = false, order = 30, heading = "%nTraining:%n")
  private TrainingOptions training = new TrainingOptions();

  @ArgGroup(validate = false, order = 50, heading = "%nFiles:%n")
  private FileOptions files = new FileOptions();

  DataInput data() {
    return data;
  }

  TrainingOptions training() {
    return training;
  }

  FileOptions files() {
    return files;
  }
}
