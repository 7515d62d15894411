package io.espalier.data;

import io.espalier.progress.Progress;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Opens data sets. */
public final class Datasets {
  private Datasets() {}

  /**
   * Opens what {@code spec} names. Image files are listed, not decoded: each is decoded when it is
   * first read, or by {@link DataSplits#prepare}, and kept in memory up to the limit of {@code
   * options}. A set without splits is a training split, except for one CIFAR file, which is a test
   * split unless its name says train or data_batch.
   *
   * @throws DataException where a file is missing, damaged or not what it should be
   */
  public static DataSplits open(DataSpec spec, DataOptions options, Progress progress) {
    if (!Files.exists(spec.path())) {
      throw new DataException("data %s: there is no such file or folder".formatted(spec));
    }
    long limit = options.memoryLimitBytes();
    return switch (spec.kind()) {
      case CIFAR10, CIFAR100 -> converted(Cifar.open(spec, limit, progress), options);
      case IDX -> converted(Idx.open(spec, limit, progress), options);
      case IMAGES -> kept(ImageSources.list(spec.path()).open(options), "decoding " + spec, limit);
      case CSV -> kept(CsvListing.read(spec.path()).open(options), "decoding " + spec, limit);
    };
  }

  /** Resized once where there is room beside what was read. */
  private static DataSplits converted(DataSplits stored, DataOptions options) {
    Geometry from = Geometry.of(stored.train());
    Geometry to = options.geometry(from);
    if (from.equals(to) && !(options.framing() instanceof Framing.Cropped)) {
      return stored;
    }
    long left = options.memoryLimitBytes() - parts(stored).mapToLong(Datasets::bytes).sum();
    DataSplits views =
        new DataSplits(
            converted(stored.train(), to, options),
            converted(stored.validation(), to, options),
            converted(stored.test(), to, options));
    return kept(views, "resizing images", left);
  }

  private static Dataset converted(Dataset part, Geometry to, DataOptions options) {
    return new ConvertedDataset(part, to, options.framing(), options.threads());
  }

  private static DataSplits kept(DataSplits splits, String task, long bytes) {
    AtomicLong room = new AtomicLong(Math.max(0, bytes));
    return new DataSplits(
        new KeptDataset(splits.train(), task, room),
        new KeptDataset(splits.validation(), task, room),
        new KeptDataset(splits.test(), task, room));
  }

  private static long bytes(Dataset part) {
    return (long) part.size() * part.imageBytes();
  }

  private static Stream<Dataset> parts(DataSplits splits) {
    return Stream.of(splits.train(), splits.validation(), splits.test());
  }
}
