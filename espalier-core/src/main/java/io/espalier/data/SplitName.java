package io.espalier.data;

import java.util.Locale;
import java.util.Optional;

/** The parts of a data set, as folders and CSV files name them. */
enum SplitName {
  TRAIN,
  VALIDATION,
  TEST;

  static Optional<SplitName> of(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "train", "training" -> Optional.of(TRAIN);
      case "val", "valid", "validation" -> Optional.of(VALIDATION);
      case "test", "testing" -> Optional.of(TEST);
      default -> Optional.empty();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
