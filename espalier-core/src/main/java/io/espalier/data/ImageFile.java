package io.espalier.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** An image file, not yet read; nothing is kept open between reads. */
sealed interface ImageFile {

  /** Where it lies below the folder or in the archive, with slashes. */
  String name();

  /** Unpacked size in bytes. */
  long size();

  /** The whole file. */
  byte[] read() throws IOException;

  /** Checksum of the content where it is known without reading, otherwise -1. */
  long checksum();

  /** A file on disk. */
  record OnDisk(Path path, String name, long size) implements ImageFile {
    public OnDisk {
      requireReadable(name, size);
    }

    @Override
    public byte[] read() throws IOException {
      try (InputStream in = Files.newInputStream(path)) {
        return in.readNBytes((int) size);
      }
    }

    @Override
    public long checksum() {
      return -1;
    }
  }

  /**
   * A member of a zip archive, stored or deflated.
   *
   * @param offset where its data starts in the archive
   * @param packed size in the archive, in bytes
   */
  record InZip(
      Path zip, String name, long offset, long packed, long size, boolean deflated, long checksum)
      implements ImageFile {
    public InZip {
      requireReadable(name, size);
      requireReadable(name, packed);
      if (!deflated && packed != size) {
        throw new DataException("%s: %s has two different sizes".formatted(zip, name));
      }
    }

    @Override
    public byte[] read() throws IOException {
      byte[] bytes = packedBytes();
      if (deflated) {
        Inflater inflater = new Inflater(true);
        try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(bytes), inflater)) {
          bytes = in.readNBytes((int) size);
        } finally {
          inflater.end();
        }
      }
      CRC32 crc = new CRC32();
      crc.update(bytes);
      if (bytes.length != size || crc.getValue() != checksum) {
        throw new IOException("its checksum in the archive does not fit");
      }
      return bytes;
    }

    private byte[] packedBytes() throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate((int) packed);
      try (FileChannel channel = FileChannel.open(zip, StandardOpenOption.READ)) {
        while (buffer.hasRemaining()) {
          if (channel.read(buffer, offset + buffer.position()) < 0) {
            throw new IOException("the archive ends too early");
          }
        }
      }
      return buffer.array();
    }
  }

  private static void requireReadable(String name, long size) {
    if (size < 0 || size > DataOptions.MAX_FILE_BYTES) {
      throw new DataException(
          "%s: an image file may have %d bytes at most, but this one has %d"
              .formatted(name, DataOptions.MAX_FILE_BYTES, size));
    }
  }
}
