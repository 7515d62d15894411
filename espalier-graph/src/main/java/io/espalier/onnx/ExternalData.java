package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tensor data that lies in files beside the model. A file is read only if it lies in the model's
 * folder, links followed; regions may be shared, but all regions together hold no more than the
 * file.
 */
final class ExternalData {
  private final Optional<Path> folder;
  private final Map<Path, Long> bytesLeft = new HashMap<>();
  private final Map<Region, byte[]> read = new HashMap<>();

  private record Region(Path file, long offset, long length) {}

  private ExternalData(Optional<Path> folder) {
    this.folder = folder;
  }

  /** External data of a model in {@code folder}. */
  static ExternalData in(Path folder) {
    return new ExternalData(Optional.of(folder));
  }

  /** For a model that is not in a file: any external data is an error. */
  static ExternalData none() {
    return new ExternalData(Optional.empty());
  }

  /**
   * The {@code expected} bytes of {@code tensor}, checked against the file before they are read.
   */
  byte[] bytes(TensorProto tensor, long expected) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String where = "external data of tensor '" + tensor.getName() + "'";
    Path file = file(where, entries.getOrDefault("location", ""));
    long offset = number(where, entries, "offset", 0);
    long length = number(where, entries, "length", expected);
    if (length != expected) {
      throw new OnnxException("%s: expected %d bytes, got %d".formatted(where, expected, length));
    }
    return read.computeIfAbsent(
        new Region(file, offset, length), region -> readRegion(where, region));
  }

  private Path file(String where, String location) {
    Path root =
        folder.orElseThrow(
            () ->
                new OnnxException(where + " needs the model's folder; read the model by its path"));
    try {
      Path named = root.resolve(location).normalize();
      if (location.isEmpty() || Path.of(location).isAbsolute() || !named.startsWith(root)) {
        throw new OnnxException("%s leaves the model's folder: %s".formatted(where, location));
      }
      if (!Files.isRegularFile(named)) {
        throw new OnnxException("%s: there is no file %s".formatted(where, named));
      }
      Path real = named.toRealPath();
      if (!real.startsWith(root.toRealPath())) {
        throw new OnnxException("%s leaves the model's folder: %s".formatted(where, location));
      }
      return real;
    } catch (InvalidPathException | IOException e) {
      throw new OnnxException("%s: cannot open '%s'".formatted(where, location), e);
    }
  }

  private static long number(
      String where, Map<String, String> entries, String key, long otherwise) {
    String text = entries.getOrDefault(key, Long.toString(otherwise));
    try {
      long value = Long.parseLong(text.strip());
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new OnnxException("%s: %s must be 0 or more, but got '%s'".formatted(where, key, text));
  }

  private byte[] readRegion(String where, Region region) {
    try (FileChannel channel = FileChannel.open(region.file())) {
      long size = channel.size();
      if (region.length() > size || region.offset() > size - region.length()) {
        throw new OnnxException(
            "%s: expected %d bytes at %d of %s, got a file of %d"
                .formatted(where, region.length(), region.offset(), region.file(), size));
      }
      long left =
          bytesLeft.merge(region.file(), size - region.length(), (now, x) -> now - region.length());
      if (left < 0) {
        throw new OnnxException(
            "%s: the tensors claim more of %s than it holds".formatted(where, region.file()));
      }
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(region.length()));
      long position = region.offset();
      while (buffer.hasRemaining()) {
        int count = channel.read(buffer, position);
        if (count < 0) {
          throw new OnnxException("%s: %s ended early".formatted(where, region.file()));
        }
        position += count;
      }
      return buffer.array();
    } catch (IOException e) {
      throw new OnnxException("%s: cannot read %s: %s".formatted(where, region.file(), e), e);
    }
  }
}
