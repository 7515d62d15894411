package io.espalier.method.search;

import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Locale;

/** What a search wants much of. */
enum Objective {
  /** Share of images that are classified right, in per cent. */
  ACCURACY {
    @Override
    double of(double accuracy, double loss) {
      return PERCENT * accuracy;
    }
  },
  /** Mean cross-entropy, in hundredths of a nat, with its sign turned. */
  LOSS {
    @Override
    double of(double accuracy, double loss) {
      return -PERCENT * loss;
    }
  };

  private static final double PERCENT = 100;
  private static final String NAME = "objective";

  static Setting setting(Objective initial) {
    return Setting.choice(
        NAME,
        initial.word(),
        List.of(ACCURACY.word(), LOSS.word()),
        "what is measured: accuracy, in per cent, or loss, in hundredths of a nat");
  }

  static Objective of(Settings settings) {
    return valueOf(settings.choice(NAME).toUpperCase(Locale.ROOT));
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The figure; more is better.
   *
   * @param accuracy share of images that are classified right
   * @param loss mean cross-entropy in nats
   */
  abstract double of(double accuracy, double loss);
}
