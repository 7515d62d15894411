package io.espalier.data;

import java.util.Locale;

/**
 * Random changes of training images. As in the usual CIFAR recipe, the image is padded with black
 * before normalisation and cut back to its size at a random place, then mirrored in half of the
 * cases.
 *
 * @param cropPadding black pixels added on each side before the random cut; 0 for none
 * @param flip mirrors left and right with probability one half
 */
public record Augmentation(int cropPadding, boolean flip) {
  /** The image as it is. */
  public static final Augmentation NONE = new Augmentation(0, false);

  /** Padding of 4 and flips. */
  public static final Augmentation STANDARD = new Augmentation(4, true);

  public Augmentation {
    if (cropPadding < 0 || cropPadding > 1024) {
      throw new DataException("crop padding must be 0 to 1024 pixels, but got " + cropPadding);
    }
  }

  /** Reads {@code none}, {@code standard}, or a list of {@code crop=PIXELS} and {@code flip}. */
  public static Augmentation parse(String text) {
    int padding = 0;
    boolean flip = false;
    for (String part : text.toLowerCase(Locale.ROOT).split(",")) {
      String word = part.strip();
      if (word.equals("standard")) {
        padding = STANDARD.cropPadding();
        flip = true;
      } else if (word.equals("flip")) {
        flip = true;
      } else if (word.matches("crop=\\d{1,4}")) {
        padding = Integer.parseInt(word.substring("crop=".length()));
      } else if (!word.equals("none")) {
        throw new DataException(
            "augmentation '%s': expected none, standard, crop=PIXELS or flip".formatted(text));
      }
    }
    return new Augmentation(padding, flip);
  }

  @Override
  public String toString() {
    String crop = cropPadding > 0 ? "crop=" + cropPadding : "";
    String both = cropPadding > 0 && flip ? "," : "";
    return cropPadding == 0 && !flip ? "none" : crop + both + (flip ? "flip" : "");
  }
}
