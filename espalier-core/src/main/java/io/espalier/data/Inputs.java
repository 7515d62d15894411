package io.espalier.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Reads files that may be packed with gzip, never more than asked for. */
final class Inputs {
  private static final int BUFFER = 1 << 16;

  private Inputs() {}

  /** A stream over the content of a file, unpacked where it is gzip. */
  static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return gzip ? new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /**
   * All that is left of a stream.
   *
   * @throws DataException where that is more than {@code limit} bytes
   */
  static byte[] readAll(InputStream in, long limit, String name) {
    int most = (int) Math.min(limit, Integer.MAX_VALUE - 16);
    try {
      byte[] bytes = in.readNBytes(most);
      if (bytes.length == most && in.read() >= 0) {
        throw new DataException(
            "%s: does not fit what the memory limit leaves, %d MiB".formatted(name, limit >> 20));
      }
      return bytes;
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  static DataException unreadable(Object name, Exception e) {
    return new DataException("%s: cannot be read: %s".formatted(name, reason(e)), e);
  }

  /** What went wrong, in words for a message. */
  static String reason(Exception e) {
    Throwable cause = e.getCause() instanceof IOException inner ? inner : e;
    String text =
        switch (cause) {
          case NoSuchFileException missing -> "there is no " + missing.getFile();
          case AccessDeniedException denied -> "access is denied to " + denied.getFile();
          case NotDirectoryException file -> "not a folder: " + file.getFile();
          case FileSystemLoopException loop -> "a link leads in a circle: " + loop.getFile();
          default -> cause.getMessage() == null ? "unexpected end" : cause.getMessage();
        };
    return text.strip().replaceAll("\\s+", " ");
  }
}
