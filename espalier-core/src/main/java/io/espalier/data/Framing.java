package io.espalier.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How stored images get the size that a network reads. */
public sealed interface Framing {
  /** Key of the length of the shortest side before a crop, in the metadata of an ONNX file. */
  String RESIZE_KEY = "espalier.resize";

  /** Key of the crop, {@code HxW}, in the metadata of an ONNX file. */
  String CROP_KEY = "espalier.crop";

  /** As they are stored: all must have one size. */
  record Stored() implements Framing {}

  /** Resized to a height and a width, whatever that does to their proportions. */
  record Stretched(int height, int width) implements Framing {
    public Stretched {
      requireSize(height, width);
    }
  }

  /**
   * Resized in proportion until the shortest side has a given length, of which the centre is cut
   * out: the usual way to evaluate networks for ImageNet. Lengths and places round as in
   * torchvision's {@code Resize(int)} and {@code CenterCrop}.
   *
   * @param shortestSide its length after resizing, at least that of the crop
   * @param height rows of the crop
   * @param width columns of the crop
   */
  record Cropped(int shortestSide, int height, int width) implements Framing {
    public Cropped {
      requireSize(height, width);
      requireSize(shortestSide, 1);
      if (shortestSide < Math.max(height, width)) {
        throw new DataException(
            "a crop of %dx%d needs a shortest side of %d or more, but got %d"
                .formatted(height, width, Math.max(height, width), shortestSide));
      }
    }

    /**
     * The length of a side of {@code length} pixels whose image's shortest side is {@code least}.
     */
    long scaled(int length, int least) {
      return (long) shortestSide * length / least;
    }
  }

  /** Whether images may be stored in several sizes. */
  default boolean takesAnySize() {
    return !(this instanceof Stored);
  }

  /** The crop that the metadata of an ONNX file records, if it records one. */
  static Optional<Framing> fromMetadata(Map<String, String> metadata) {
    String side = metadata.get(RESIZE_KEY);
    String crop = metadata.get(CROP_KEY);
    if (side == null || crop == null) {
      return Optional.empty();
    }
    String[] sizes = crop.split("x", -1);
    try {
      if (sizes.length == 2) {
        return Optional.of(
            new Cropped(
                Integer.parseInt(side), Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1])));
      }
    } catch (NumberFormatException wrong) {
      // falls through to the message below
    }
    throw new DataException(
        "the file records %s '%s' and %s '%s': expected numbers such as 256 and 224x224"
            .formatted(RESIZE_KEY, side, CROP_KEY, crop));
  }

  /** The entries for the metadata of an ONNX file; none without a crop. */
  default Map<String, String> toMetadata() {
    Map<String, String> entries = new LinkedHashMap<>();
    if (this instanceof Cropped to) {
      entries.put(RESIZE_KEY, Integer.toString(to.shortestSide()));
      entries.put(CROP_KEY, to.height() + "x" + to.width());
    }
    return entries;
  }

  private static void requireSize(int height, int width) {
    if (height < 1 || width < 1 || (long) height * width > DataOptions.MAX_IMAGE_PIXELS) {
      throw new DataException(
          "images need sizes from 1x1 to %d pixels in all, but got %dx%d"
              .formatted(DataOptions.MAX_IMAGE_PIXELS, height, width));
    }
  }
}
