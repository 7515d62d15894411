package io.espalier.cli;

import io.espalier.train.RunFolder;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Where a command that trains writes. */
final class FileOptions {
  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Where to write. Default: see below.")
  private Path out;

  @Option(names = "--force", description = "Replace output files that exist.")
  private boolean force;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "Folder of the run, if there is one. Default: runs/NAME-DIGEST.")
  private Path run;

  Path out(Path otherwise) {
    return out == null ? otherwise : out;
  }

  boolean force() {
    return force;
  }

  /** The folder that was asked for, else {@code runs/NAME-DIGEST}, and says which. */
  RunFolder run(String name, Supplier<String> digest, Output output) {
    Path folder = run == null ? Path.of("runs", name + "-" + digest.get()) : run;
    output.note("run folder " + folder);
    return RunFolder.at(folder);
  }
}
