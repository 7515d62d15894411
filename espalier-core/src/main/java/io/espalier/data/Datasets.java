package io.espalier.data;

import io.espalier.progress.Progress;
import java.nio.file.Files;
import java.util.stream.Stream;

/** Opens data sets. */
public final class Datasets {
  private static final int MOST_BYTES = Integer.MAX_VALUE - 16;

  private Datasets() {}

  /**
   * Opens what {@code spec} names. Image files are decoded into memory where they all fit the limit
   * of {@code options}, otherwise whenever they are read. A set without splits is a training split,
   * except for one CIFAR file, which is a test split unless its name says train or data_batch.
   *
   * @throws DataException where a file is missing, damaged or not what it should be
   */
  public static DataSplits open(DataSpec spec, DataOptions options, Progress progress) {
    if (!Files.exists(spec.path())) {
      throw new DataException("data %s: there is no such file or folder".formatted(spec));
    }
    return switch (spec.kind()) {
      case CIFAR10, CIFAR100 ->
          converted(Cifar.open(spec, options.memoryLimitBytes(), progress), options, progress);
      case IDX ->
          converted(Idx.open(spec, options.memoryLimitBytes(), progress), options, progress);
      case IMAGES -> decoded(ImageSources.list(spec.path()).open(options), spec, options, progress);
      case CSV -> decoded(CsvListing.read(spec.path()).open(options), spec, options, progress);
    };
  }

  /** Resized once where the result fits beside what was read. */
  private static DataSplits converted(DataSplits stored, DataOptions options, Progress progress) {
    Geometry from = Geometry.of(stored.train());
    Geometry to = options.geometry(from);
    if (from.equals(to) && !(options.framing() instanceof Framing.Cropped)) {
      return stored;
    }
    DataSplits views =
        new DataSplits(
            converted(stored.train(), to, options),
            converted(stored.validation(), to, options),
            converted(stored.test(), to, options));
    return fits(views, options.memoryLimitBytes() - bytes(stored))
        ? inMemory(views, "resizing images", options, progress)
        : views;
  }

  private static Dataset converted(Dataset part, Geometry to, DataOptions options) {
    return new ConvertedDataset(part, to, options.framing(), options.threads());
  }

  private static DataSplits decoded(
      DataSplits files, DataSpec spec, DataOptions options, Progress progress) {
    if (fits(files, options.memoryLimitBytes())) {
      return inMemory(files, "decoding " + spec, options, progress);
    }
    if (!options.framing().takesAnySize()) {
      parts(files).forEach(part -> check((FileDataset) part, spec, options, progress));
    }
    return files;
  }

  /** Finds images of another size now and not in the middle of an epoch. */
  private static void check(
      FileDataset part, DataSpec spec, DataOptions options, Progress progress) {
    String task = "checking the image sizes of " + spec;
    Parallel.run(task, part.size(), "images", options.threads(), progress, part::check);
  }

  private static DataSplits inMemory(
      DataSplits splits, String task, DataOptions options, Progress progress) {
    return new DataSplits(
        inMemory(splits.train(), task, options, progress),
        inMemory(splits.validation(), task, options, progress),
        inMemory(splits.test(), task, options, progress));
  }

  private static Dataset inMemory(
      Dataset source, String task, DataOptions options, Progress progress) {
    int each = source.imageBytes();
    byte[] pixels = new byte[Math.multiplyExact(source.size(), each)];
    if (!source.isEmpty()) {
      Parallel.run(
          task,
          source.size(),
          "images",
          options.threads(),
          progress,
          i -> source.pixels(i, pixels, i * each));
    }
    return new MemoryDataset(
        pixels,
        LabelledImages.labels(source),
        Geometry.of(source),
        source.classNames(),
        source.digest());
  }

  private static boolean fits(DataSplits splits, long limit) {
    return bytes(splits) <= limit && parts(splits).allMatch(part -> bytes(part) <= MOST_BYTES);
  }

  private static long bytes(DataSplits splits) {
    return parts(splits).mapToLong(Datasets::bytes).sum();
  }

  private static long bytes(Dataset part) {
    return (long) part.size() * part.imageBytes();
  }

  private static Stream<Dataset> parts(DataSplits splits) {
    return Stream.of(splits.train(), splits.validation(), splits.test());
  }
}
