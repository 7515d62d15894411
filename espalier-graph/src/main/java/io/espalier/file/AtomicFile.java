package io.espalier.file;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files that are either whole or not there, whenever the process or the machine stops. They
 * get the permissions of any new file.
 */
public final class AtomicFile {
  /** The ending of a file that is being written. */
  public static final String TEMPORARY = ".tmp";

  private AtomicFile() {}

  /** Fills the stream that it is given. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Where this process keeps what it has written of {@code file} so far. */
  public static Path temporary(Path file) {
    String name =
        ".%s.%d%s".formatted(file.getFileName(), ProcessHandle.current().pid(), TEMPORARY);
    return file.resolveSibling(name);
  }

  /**
   * Writes beside {@code file}, syncs and renames. Streams, not channels: an interrupt of the
   * thread would close a channel in the middle.
   *
   * @throws IOException if that fails; a file of this name that was there before is still there
   */
  public static void write(Path file, Content content) throws IOException {
    Path temporary = temporary(file);
    try {
      try (FileOutputStream raw = new FileOutputStream(temporary.toFile());
          OutputStream out = new BufferedOutputStream(raw, 1 << 16)) {
        content.writeTo(out);
        out.flush();
        raw.getFD().sync();
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncFolder(file.toAbsolutePath().getParent());
  }

  /** Makes the rename last. Systems that cannot open a folder do this on their own. */
  private static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      return;
    }
  }
}
