package io.espalier.data;

import io.espalier.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Reads the IDX files of the MNIST family, packed with gzip or not. A file classes.txt beside them
 * may name the classes, one a line.
 */
final class Idx {
  private static final int IMAGES_MAGIC = 0x0803;
  private static final int LABELS_MAGIC = 0x0801;

  /** Sizes that a file declares, and the bytes after them. */
  private record Content(int[] sizes, byte[] bytes) {}

  private record Part(Geometry geometry, byte[] pixels, int[] labels) {}

  private final Path folder;
  private final Progress progress;
  private long left;

  private Idx(Path folder, long limit, Progress progress) {
    this.folder = folder;
    this.left = limit;
    this.progress = progress;
  }

  /** The pixels in memory, {@code limit} bytes at most. */
  static DataSplits open(DataSpec spec, long limit, Progress progress) {
    progress.begin("reading " + spec, 0, "files");
    try {
      return new Idx(spec.path(), limit, progress).open();
    } catch (IOException e) {
      throw Inputs.unreadable(spec, e);
    } finally {
      progress.end();
    }
  }

  private DataSplits open() throws IOException {
    Part train = part("train");
    Part test = part("t10k|test");
    Part known = train == null ? test : train;
    if (known == null) {
      throw new DataException(
          "%s: no IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…) in it"
              .formatted(folder));
    }
    if (train != null && test != null && !train.geometry.equals(test.geometry)) {
      throw new DataException(
          "%s: training images are %s, test images %s"
              .formatted(folder, train.geometry, test.geometry));
    }
    int classes = 1 + Math.max(largest(train), largest(test));
    List<String> names = ClassNames.read(folder.resolve("classes.txt"), classes);
    Part none = new Part(known.geometry, new byte[0], new int[0]);
    return new DataSplits(
        dataset(train, none, names), dataset(null, none, names), dataset(test, none, names));
  }

  private static int largest(Part part) {
    int largest = -1;
    for (int label : part == null ? new int[0] : part.labels) {
      largest = Math.max(largest, label);
    }
    return largest;
  }

  private static Dataset dataset(Part part, Part none, List<String> classNames) {
    Part some = part == null ? none : part;
    return new MemoryDataset(some.pixels, some.labels, some.geometry, classNames, null);
  }

  /** A pair of files whose names start with the prefix, or null where there is none. */
  private Part part(String prefix) throws IOException {
    Path images = find("(.*-)?(%s)-images[.-]idx3-ubyte(\\.gz)?".formatted(prefix));
    Path labels = find("(.*-)?(%s)-labels[.-]idx1-ubyte(\\.gz)?".formatted(prefix));
    if (images == null && labels == null) {
      return null;
    }
    if (images == null || labels == null) {
      throw new DataException(
          "%s: %s has no file of %s beside it"
              .formatted(
                  folder, images == null ? labels : images, images == null ? "images" : "labels"));
    }
    Content pixels = read(images, IMAGES_MAGIC, 3);
    Content classes = read(labels, LABELS_MAGIC, 1);
    if (pixels.sizes[0] != classes.sizes[0]) {
      throw new DataException(
          "%s has %d images, but %s has %d labels"
              .formatted(images, pixels.sizes[0], labels, classes.sizes[0]));
    }
    int[] label = new int[classes.bytes.length];
    for (int i = 0; i < label.length; i++) {
      label[i] = classes.bytes[i] & 0xff;
    }
    return new Part(new Geometry(1, pixels.sizes[1], pixels.sizes[2]), pixels.bytes, label);
  }

  private Path find(String pattern) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files
              .filter(f -> f.getFileName().toString().toLowerCase(Locale.ROOT).matches(pattern))
              .sorted()
              .toList();
      if (found.size() > 1) {
        throw new DataException(
            "%s: both %s and %s fit; keep one data set in a folder"
                .formatted(folder, found.get(0).getFileName(), found.get(1).getFileName()));
      }
      return found.isEmpty() ? null : found.getFirst();
    }
  }

  private Content read(Path file, int magic, int rank) {
    try (InputStream in = Inputs.open(file)) {
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(4 + 4 * rank));
      if (header.capacity() < 4 + 4 * rank || header.getInt() != magic) {
        throw new DataException(
            "%s: not an IDX file of bytes in %d dimensions (magic 0x%08x)"
                .formatted(file, rank, magic));
      }
      int[] sizes = new int[rank];
      for (int i = 0; i < rank; i++) {
        sizes[i] = header.getInt();
      }
      byte[] bytes = in.readNBytes((int) declared(file, sizes));
      if (bytes.length < declared(file, sizes) || in.read() >= 0) {
        throw new DataException(
            "%s: declares %d bytes of content, but has %s"
                .formatted(
                    file,
                    declared(file, sizes),
                    bytes.length < declared(file, sizes) ? bytes.length : "more"));
      }
      left -= bytes.length;
      progress.advance(1);
      return new Content(sizes, bytes);
    } catch (IOException e) {
      throw Inputs.unreadable(file, e);
    }
  }

  private long declared(Path file, int[] sizes) {
    long product = 1;
    for (int size : sizes) {
      if (size < 1 || product > Integer.MAX_VALUE) {
        throw new DataException("%s: declares sizes %s".formatted(file, Arrays.toString(sizes)));
      }
      product *= size;
    }
    if (product > Math.min(left, Integer.MAX_VALUE - 16)) {
      throw new DataException(
          "%s: declares %d MiB of pixels, more than the memory limit leaves (%d MiB)"
              .formatted(file, product >> 20, left >> 20));
    }
    return product;
  }
}
