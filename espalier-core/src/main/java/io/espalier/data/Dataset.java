package io.espalier.data;

import io.espalier.progress.Progress;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Images of one size with their labels, addressed by index. Immutable and safe for use by several
 * threads at once. Nothing has to be closed.
 */
public interface Dataset {

  /** Number of images. */
  int size();

  /** The names of the classes; a label is a position in this list. Empty where there are none. */
  List<String> classNames();

  /** 1 (grey) or 3 (red, green, blue). */
  int channels();

  int height();

  int width();

  /** The class of an image, or -1 where it has none. */
  int label(int index);

  /**
   * Writes the pixels of an image, 0 to 255, as {@code [C, H, W]}.
   *
   * @param into receives {@link #imageBytes()} bytes from {@code offset} on
   * @throws DataException where the image cannot be read; the message names its file
   */
  void pixels(int index, byte[] into, int offset);

  /**
   * SHA-256 in hexadecimal of what this data set is: pixels and labels, or, for image files, their
   * names, sizes, checksums (zip) and labels. How the images are held in memory does not matter.
   */
  String digest();

  /**
   * Makes the images at {@code indices} ready: those that are kept in memory are read now, and
   * files that cannot be used are found now and not in the middle of long work. Images that nobody
   * prepares are read when they are first needed.
   *
   * @param stop asked now and then; once it says true this returns before its work is done
   * @throws DataException where an image cannot be read; the message names its file
   */
  default void prepare(Progress progress, BooleanSupplier stop, int... indices) {}

  /** How many threads are worth using to read images at the same time. */
  default int workers() {
    return 1;
  }

  /** Bytes of one image, {@code C * H * W}. */
  default int imageBytes() {
    return Math.multiplyExact(Math.multiplyExact(channels(), height()), width());
  }

  default boolean isEmpty() {
    return size() == 0;
  }

  /** Whether there are images and every one has a label. */
  default boolean isLabelled() {
    for (int i = 0; i < size(); i++) {
      if (label(i) < 0) {
        return false;
      }
    }
    return !isEmpty();
  }

  /** The images at {@code indices}, in that order; shares the pixels with this one. */
  default Dataset subset(int... indices) {
    return new SubsetDataset(this, indices);
  }

  /**
   * At most {@code count} images, as evenly from the classes as there are images: the first ones of
   * each class, in their order here.
   */
  default Dataset limit(int count) {
    return count >= size() ? this : subset(Selection.balanced(this, count));
  }

  /**
   * A data set in memory.
   *
   * @param pixels all images, {@code [N, C, H, W]}; not copied, so the caller must not change it
   * @param labels one an image, -1 for none; copied
   */
  static Dataset of(
      byte[] pixels, int[] labels, List<String> classNames, int channels, int height, int width) {
    return new MemoryDataset(
        pixels, labels.clone(), new Geometry(channels, height, width), classNames, null);
  }
}
