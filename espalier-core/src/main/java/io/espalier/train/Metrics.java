package io.espalier.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of JSON objects, one a line, that only grows. A resumed run first takes it back to where
 * its checkpoint stood, so that no line is there twice.
 */
final class Metrics {
  private final Path file;

  Metrics(Path file) {
    this.file = file;
  }

  /** Bytes in the file; 0 if there is none. */
  long size() throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** Adds a line and syncs it. */
  void append(JsonNode line) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      out.getFD().sync();
    }
  }

  /** Cuts to {@code bytes}, and then to the end of the last whole line. */
  void truncate(long bytes) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      long end = Math.min(bytes, access.length());
      while (end > 0 && byteAt(access, end - 1) != '\n') {
        end--;
      }
      access.setLength(end);
      access.getFD().sync();
    }
  }

  /** The lines, oldest first. */
  List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        try {
          lines.add(Json.MAPPER.readTree(line));
        } catch (JsonProcessingException damage) {
          throw new TrainException(
              "%s line %d is not JSON: %s"
                  .formatted(file, lines.size() + 1, damage.getOriginalMessage()),
              damage);
        }
      }
    }
    return lines;
  }

  private static int byteAt(RandomAccessFile access, long position) throws IOException {
    access.seek(position);
    return access.read();
  }
}
