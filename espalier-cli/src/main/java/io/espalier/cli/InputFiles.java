package io.espalier.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that a command reads. It must not replace them, not even with {@code --force}: nobody
 * could undo that.
 */
record InputFiles(List<Read> files) {
  /** A file that is read, and as what. */
  record Read(String role, Path file) {}

  static final InputFiles NONE = new InputFiles(List.of());

  InputFiles {
    files = List.copyOf(files);
  }

  /**
   * These and {@code file}.
   *
   * @param file null for none
   */
  InputFiles and(String role, Path file) {
    if (file == null) {
      return this;
    }
    List<Read> more = new ArrayList<>(files);
    more.add(new Read(role, file));
    return new InputFiles(more);
  }

  /** Refuses to write any of {@code outputs} if it is read, under whatever name. */
  void requireKept(Path... outputs) {
    for (Path output : outputs) {
      for (Read read : files) {
        if (same(output, read.file())) {
          throw new CliException(
              "cannot write %s: it is %s that is read; choose another name with --out"
                  .formatted(output, read.role()));
        }
      }
    }
  }

  private static boolean same(Path a, Path b) {
    try {
      return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize())
          || (Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
