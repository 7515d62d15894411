package io.espalier.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Names of files that a command writes, checked before the work starts. */
final class OutputFile {
  private OutputFile() {}

  /**
   * {@code file}, if it can be written.
   *
   * @param force whether a file of that name may be replaced
   */
  static Path check(Path file, boolean force) {
    if (Files.isDirectory(file)) {
      throw new CliException("cannot write %s: it is a folder".formatted(file));
    }
    if (Files.exists(file) && !force) {
      throw new CliException(
          "%s exists already: choose another name with --out, or replace it with --force"
              .formatted(file));
    }
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new CliException(
          "cannot write %s: there is no folder %s, make it first".formatted(file, folder));
    }
    if (!Files.isWritable(folder)) {
      throw new CliException(
          "cannot write %s: no permission to write to %s".formatted(file, folder));
    }
    return file;
  }

  /** The file beside {@code file} whose name ends in {@code end} instead of {@code .onnx}. */
  static Path beside(Path file, String end) {
    return file.resolveSibling(stem(file) + end);
  }

  /** The name of {@code file} without folder and without {@code .onnx}. */
  static String stem(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.toLowerCase(java.util.Locale.ROOT).endsWith(".onnx")
        ? name.substring(0, name.length() - ".onnx".length())
        : name;
  }
}
