package io.espalier.cli;

import io.espalier.data.DataOptions;

/**
 * A size of images as options name it: {@code HxW}, or one number.
 *
 * @param single whether it was one number, which stands for both
 */
record Size(int height, int width, boolean single) {
  /**
   * Reads {@code 224x192} or {@code 224}.
   *
   * @throws IllegalArgumentException if it is neither, or too large
   */
  static Size parse(String text) {
    String[] parts = text.strip().split("x", -1);
    try {
      int height = Integer.parseInt(parts[0]);
      int width = parts.length == 1 ? height : Integer.parseInt(parts[1]);
      boolean fits = (long) height * width <= DataOptions.MAX_IMAGE_PIXELS;
      if (parts.length <= 2 && height > 0 && width > 0 && fits) {
        return new Size(height, width, parts.length == 1);
      }
    } catch (NumberFormatException wrong) {
      // falls through to the message below
    }
    throw new IllegalArgumentException(
        "expected HxW, such as 224x224, of at most %d pixels, but got '%s'"
            .formatted(DataOptions.MAX_IMAGE_PIXELS, text));
  }

  @Override
  public String toString() {
    return single ? Integer.toString(height) : height + "x" + width;
  }
}
