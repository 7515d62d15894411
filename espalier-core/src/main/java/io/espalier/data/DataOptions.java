package io.espalier.data;

import java.util.Objects;

/**
 * How to open a data set.
 *
 * @param memoryLimitBytes decoded images are kept in memory up to this many bytes in all; beyond,
 *     image files are decoded whenever they are needed
 * @param framing how images get the size that is wanted
 * @param channels 1 (grey) or 3 (RGB); 0 for what is stored, which for image files means 3
 * @param threads threads that decode
 */
public record DataOptions(long memoryLimitBytes, Framing framing, int channels, int threads) {
  private static final long LEAST_BY_DEFAULT = 256L << 20;
  private static final long MOST_BY_DEFAULT = 2L << 30;

  /** The most pixels that an image file may declare; it is checked before anything is decoded. */
  public static final int MAX_IMAGE_PIXELS = 1 << 25;

  /** The largest image file that is read, in bytes, after unpacking where it lies in a zip. */
  public static final int MAX_FILE_BYTES = 1 << 27;

  public DataOptions {
    require(memoryLimitBytes >= 0, "the memory limit must not be negative", memoryLimitBytes);
    Objects.requireNonNull(framing);
    require(channels == 0 || channels == 1 || channels == 3, "channels must be 1 or 3", channels);
    require(threads >= 1, "at least one thread is needed", threads);
  }

  /**
   * Stored size, one thread a processor, and as memory limit a quarter of the heap, but not more
   * than 2 GiB and, where half the heap allows it, not less than 256 MiB, which holds CIFAR.
   */
  public static DataOptions defaults() {
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.maxMemory();
    long limit = Math.max(heap / 4, Math.min(LEAST_BY_DEFAULT, heap / 2));
    return new DataOptions(
        Math.min(limit, MOST_BY_DEFAULT), new Framing.Stored(), 0, runtime.availableProcessors());
  }

  public DataOptions withMemoryLimit(long bytes) {
    return new DataOptions(bytes, framing, channels, threads);
  }

  /** Resizes every image to {@code height} x {@code width}. */
  public DataOptions withSize(int height, int width) {
    return withFraming(new Framing.Stretched(height, width));
  }

  public DataOptions withFraming(Framing newFraming) {
    return new DataOptions(memoryLimitBytes, newFraming, channels, threads);
  }

  public DataOptions withChannels(int newChannels) {
    return new DataOptions(memoryLimitBytes, framing, newChannels, threads);
  }

  public DataOptions withThreads(int newThreads) {
    return new DataOptions(memoryLimitBytes, framing, channels, newThreads);
  }

  /** The size of images that are stored as {@code stored}. */
  Geometry geometry(Geometry stored) {
    Geometry framed = stored.framed(framing);
    return channels == 0 ? framed : new Geometry(channels, framed.height(), framed.width());
  }

  private static void require(boolean condition, String message, long got) {
    if (!condition) {
      throw new DataException("%s, but got %d".formatted(message, got));
    }
  }
}
