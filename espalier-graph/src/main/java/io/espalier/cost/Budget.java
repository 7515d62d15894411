package io.espalier.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** The most that a network may cost after a cut. */
public sealed interface Budget {
  /** What a budget limits by counting. */
  enum Quantity {
    /** Multiply-accumulates for one sample. */
    MACS,
    /** Trainable numbers. */
    PARAMS,
    /** Prunable units. */
    UNITS;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** A budget on a counted quantity. */
  sealed interface Counted extends Budget {
    Quantity quantity();

    /** The largest count that meets the budget for a network that counts {@code original}. */
    long limit(long original);
  }

  /**
   * At most a share of the original remains.
   *
   * @param share above 0, at most 1
   */
  record Share(Quantity quantity, double share) implements Counted {
    public Share {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "the share that remains must be above 0 and at most 1, but got " + share);
      }
    }

    @Override
    public long limit(long original) {
      return BigDecimal.valueOf(share)
          .multiply(BigDecimal.valueOf(original))
          .setScale(0, RoundingMode.FLOOR)
          .longValueExact();
    }

    @Override
    public String toString() {
      return quantity.word() + "=" + BudgetText.plain(share * 100) + "%";
    }
  }

  /**
   * At most a fixed count remains.
   *
   * @param most 1 or more
   */
  record Absolute(Quantity quantity, long most) implements Counted {
    public Absolute {
      if (most < 1) {
        throw new IllegalArgumentException("a budget must be 1 or more, but got " + most);
      }
    }

    @Override
    public long limit(long original) {
      return most;
    }

    @Override
    public String toString() {
      return quantity.word() + "=" + most;
    }
  }

  /**
   * Measured speed-up over the original.
   *
   * @param factor 1 or more
   */
  record LatencyFactor(double factor) implements Budget {
    public LatencyFactor {
      if (!(factor >= 1) || Double.isInfinite(factor)) {
        throw new IllegalArgumentException("a speed-up must be 1 or more, but got " + factor);
      }
    }

    @Override
    public String toString() {
      return "latency=" + BudgetText.plain(factor) + "x";
    }
  }

  /**
   * Measured time for one run.
   *
   * @param millis above 0
   */
  record LatencyMillis(double millis) implements Budget {
    public LatencyMillis {
      if (!(millis > 0) || Double.isInfinite(millis)) {
        throw new IllegalArgumentException("a latency must be above 0 ms, but got " + millis);
      }
    }

    @Override
    public String toString() {
      return "latency=" + BudgetText.plain(millis) + "ms";
    }
  }

  /**
   * The budget that {@code text} states: {@code macs=50%} (at most half remains), {@code
   * params=40%}, {@code units=30%}, {@code macs=20M} (a count, with K, M or G), {@code macs=2x}
   * (two times fewer), {@code latency=1.5x} (faster) or {@code latency=3ms}.
   *
   * @throws IllegalArgumentException if it states none; the message is one line with an example
   */
  static Budget parse(String text) {
    return BudgetText.parse(text);
  }
}
