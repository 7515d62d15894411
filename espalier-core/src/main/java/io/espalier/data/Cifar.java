package io.espalier.data;

import io.espalier.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads the binary version of CIFAR-10 and CIFAR-100 from a folder, a tar archive or one file. */
final class Cifar {
  private static final Geometry GEOMETRY = new Geometry(3, 32, 32);
  private static final List<String> CIFAR10_NAMES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  /** Where the label byte stands, and how many bytes stand before the pixels. */
  private enum Version {
    CIFAR10(0, 1, 10),
    CIFAR100(1, 2, 100);

    final int labelAt;
    final int labelBytes;
    final int classes;

    Version(int labelAt, int labelBytes, int classes) {
      this.labelAt = labelAt;
      this.labelBytes = labelBytes;
      this.classes = classes;
    }

    int recordBytes() {
      return labelBytes + GEOMETRY.bytes();
    }
  }

  private record Part(String name, byte[] bytes) {}

  private final Version version;
  private final long limit;
  private final Progress progress;
  private final List<Part> train = new ArrayList<>();
  private final List<Part> test = new ArrayList<>();
  private List<String> classNames;
  private long read;

  private Cifar(Version version, long limit, Progress progress) {
    this.version = version;
    this.classNames =
        version == Version.CIFAR10 ? CIFAR10_NAMES : ClassNames.numbered(version.classes);
    this.limit = limit;
    this.progress = progress;
  }

  /** The pixels in memory, {@code limit} bytes at most. */
  static DataSplits open(DataSpec spec, long limit, Progress progress) {
    Version version = spec.kind() == DataSpec.Kind.CIFAR10 ? Version.CIFAR10 : Version.CIFAR100;
    Cifar cifar = new Cifar(version, limit, progress);
    progress.begin("reading " + spec, 0, "files");
    try {
      return cifar.open(spec.path());
    } catch (IOException e) {
      throw Inputs.unreadable(spec, e);
    } finally {
      progress.end();
    }
  }

  private DataSplits open(Path path) throws IOException {
    String name = path.getFileName() == null ? "" : lowerName(path);
    if (Files.isDirectory(path)) {
      readFolder(path);
    } else if (name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
      readArchive(path);
    } else {
      try (InputStream in = Inputs.open(path)) {
        add(path.toString(), in, isTrain(name));
      }
    }
    if (train.isEmpty() && test.isEmpty()) {
      throw new DataException(
          "%s: no binary CIFAR files (data_batch_1.bin, train.bin, test.bin, …) in it"
              .formatted(path));
    }
    return new DataSplits(dataset(train), dataset(List.of()), dataset(test));
  }

  private void readFolder(Path folder) throws IOException {
    List<Path> files = binaries(folder);
    if (files.isEmpty()) {
      try (Stream<Path> inner = Files.list(folder)) {
        for (Path child : inner.filter(Files::isDirectory).sorted().toList()) {
          files = files.isEmpty() ? binaries(child) : files;
        }
      }
    }
    if (version == Version.CIFAR100 && !files.isEmpty()) {
      Path names = files.getFirst().resolveSibling("fine_label_names.txt");
      classNames = ClassNames.read(names, version.classes);
    }
    for (Path file : files) {
      try (InputStream in = Inputs.open(file)) {
        add(file.toString(), in, isTrain(lowerName(file)));
      }
    }
  }

  private static List<Path> binaries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> isBinary(lowerName(file))).sorted().toList();
    }
  }

  private void readArchive(Path archive) throws IOException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(Inputs.open(archive))) {
      TarArchiveEntry entry;
      while ((entry = tar.getNextEntry()) != null) {
        String path = entry.getName().toLowerCase(Locale.ROOT);
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (entry.isFile() && isBinary(name)) {
          add(archive + ": " + entry.getName(), tar, isTrain(name));
        }
      }
    } catch (IllegalArgumentException e) {
      if (e instanceof DataException) {
        throw e;
      }
      throw new DataException("%s: damaged tar archive".formatted(archive), e);
    }
  }

  private static boolean isBinary(String name) {
    boolean known = name.contains("batch") || name.contains("train") || name.contains("test");
    return known && (name.endsWith(".bin") || name.endsWith(".bin.gz"));
  }

  private static boolean isTrain(String name) {
    return name.contains("train") || name.contains("data_batch");
  }

  private static String lowerName(Path path) {
    return path.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  private void add(String name, InputStream in, boolean training) {
    byte[] bytes = Inputs.readAll(in, limit - read, name);
    read += bytes.length;
    if (bytes.length == 0 || bytes.length % version.recordBytes() != 0) {
      throw new DataException(
          "%s: %d bytes are not a whole number of %s records of %d bytes: cut off or another format"
              .formatted(name, bytes.length, version, version.recordBytes()));
    }
    (training ? train : test).add(new Part(name, bytes));
    progress.advance(1);
  }

  private Dataset dataset(List<Part> parts) {
    long bytes = parts.stream().mapToLong(part -> part.bytes.length).sum();
    if (bytes > Integer.MAX_VALUE - 16) {
      throw new DataException(
          "%s: a split of %d MiB is more than one array holds"
              .formatted(parts.getFirst().name, bytes >> 20));
    }
    int images = (int) (bytes / version.recordBytes());
    byte[] pixels = new byte[images * GEOMETRY.bytes()];
    int[] labels = new int[images];
    int image = 0;
    for (Part part : parts) {
      int records = part.bytes.length / version.recordBytes();
      for (int i = 0; i < records; i++, image++) {
        int from = i * version.recordBytes();
        labels[image] = label(part, i, part.bytes[from + version.labelAt] & 0xff);
        int start = from + version.labelBytes;
        System.arraycopy(part.bytes, start, pixels, image * GEOMETRY.bytes(), GEOMETRY.bytes());
      }
    }
    return new MemoryDataset(pixels, labels, GEOMETRY, classNames, null);
  }

  private int label(Part part, int record, int label) {
    if (label >= version.classes) {
      throw new DataException(
          "%s: record %d has label %d, but %s has %d classes: damaged or another format"
              .formatted(part.name, record, label, version, version.classes));
    }
    return label;
  }
}
