package io.espalier.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * How the learning rate moves over a run, as a factor on the peak rate. A schedule is a pure
 * function of the position in the run, so that a resumed run follows the same curve. Every schedule
 * rises during its warm-up epochs (which may be fractions) and takes its own course over the rest.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Schedule.Constant.class, name = "constant"),
  @JsonSubTypes.Type(value = Schedule.Step.class, name = "step"),
  @JsonSubTypes.Type(value = Schedule.Cosine.class, name = "cosine"),
  @JsonSubTypes.Type(value = Schedule.OneCycle.class, name = "one-cycle")
})
public sealed interface Schedule {
  /** Epochs at the start in which the factor rises; 0 or more. */
  double warmupEpochs();

  /** The peak rate throughout. */
  record Constant(double warmupEpochs) implements Schedule {
    public Constant {
      requireWarmup(warmupEpochs);
    }
  }

  /**
   * Multiplies by {@code factor} at each milestone.
   *
   * @param milestones epochs counted from the start of the run, ascending
   */
  record Step(double warmupEpochs, List<Double> milestones, double factor) implements Schedule {
    public Step {
      requireWarmup(warmupEpochs);
      milestones = List.copyOf(milestones);
      requireShare("factor", factor);
      if (!milestones.equals(milestones.stream().sorted().distinct().toList())) {
        throw new IllegalArgumentException("milestones must ascend, but got " + milestones);
      }
    }

    private double decayed(double epoch) {
      return Math.pow(factor, milestones.stream().filter(milestone -> milestone <= epoch).count());
    }
  }

  /** Half a cosine from 1 down to {@code floor}. */
  record Cosine(double warmupEpochs, double floor) implements Schedule {
    public Cosine {
      requireWarmup(warmupEpochs);
      requireShare("floor", floor);
    }
  }

  /**
   * Half a cosine from {@code start} up to 1 during the warm-up, and one down to {@code end} after.
   */
  record OneCycle(double warmupEpochs, double start, double end) implements Schedule {
    public OneCycle {
      requireWarmup(warmupEpochs);
      requireShare("start", start);
      requireShare("end", end);
    }
  }

  /** Cosine to zero without warm-up. */
  static Schedule cosine() {
    return new Cosine(0, 0);
  }

  /** One cycle whose rise takes 30 % of {@code epochs}, from 1/25 of the peak, down to 1/10,000. */
  static Schedule oneCycle(int epochs) {
    return new OneCycle(0.3 * epochs, 0.04, 1e-4);
  }

  /**
   * The factor on the peak learning rate for one step.
   *
   * @param step steps already taken, 0 for the first
   * @param totalSteps steps of the whole run
   * @param epochs epochs of the whole run
   */
  default double factor(long step, long totalSteps, int epochs) {
    if (step < 0 || step >= totalSteps) {
      throw new IllegalArgumentException("step %d is not in 0..%d".formatted(step, totalSteps - 1));
    }
    long warmup = Math.min(totalSteps, Math.round(warmupEpochs() * totalSteps / epochs));
    if (step < warmup) {
      double risen = (step + 1.0) / warmup;
      return this instanceof OneCycle cycle ? between(cycle.start, 1, risen) : risen;
    }
    double done = (double) (step - warmup) / (totalSteps - warmup);
    return switch (this) {
      case Constant constant -> 1;
      case Cosine cosine -> between(1, cosine.floor, done);
      case OneCycle cycle -> between(1, cycle.end, done);
      case Step steps -> steps.decayed((double) step * epochs / totalSteps);
    };
  }

  /** Half a cosine from {@code from} (at 0) to {@code to} (at 1). */
  private static double between(double from, double to, double at) {
    return to + (from - to) * (1 + Math.cos(Math.PI * at)) / 2;
  }

  private static void requireWarmup(double epochs) {
    if (!(epochs >= 0 && epochs < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("warm-up epochs must be 0 or more, but got " + epochs);
    }
  }

  private static void requireShare(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(what + " must be from 0 to 1, but got " + value);
    }
  }
}
