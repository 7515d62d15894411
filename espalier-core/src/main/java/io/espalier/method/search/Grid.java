package io.espalier.method.search;

import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.Arrays;
import java.util.List;

/** The shares of a group's units that are kept in the cuts of a scan, falling. */
record Grid(List<Double> keep) {
  private static final String NAME = "keep";
  private static final int MOST = 100;

  Grid {
    keep = List.copyOf(keep);
  }

  static Setting setting() {
    return Setting.text(
        NAME,
        "0.9,0.8,0.7,0.6,0.5,0.4,0.3,0.2,0.1",
        "shares of a layer's units to keep, each measured in turn");
  }

  /**
   * What {@code settings} say.
   *
   * @throws IllegalArgumentException if these are no shares
   */
  static Grid of(Settings settings) {
    String text = settings.text(NAME);
    String[] words = text.split(",", MOST + 1);
    try {
      List<Double> shares =
          Arrays.stream(words)
              .map(word -> Double.parseDouble(word.strip()))
              .distinct()
              .sorted((a, b) -> Double.compare(b, a))
              .toList();
      if (words.length <= MOST && shares.stream().allMatch(share -> share > 0 && share < 1)) {
        return new Grid(shares);
      }
    } catch (NumberFormatException wrong) {
      // falls through to the message below
    }
    throw new IllegalArgumentException(
        "keep=%s: expected up to %d shares above 0 and below 1, such as 0.75,0.5,0.25"
            .formatted(text, MOST));
  }
}
