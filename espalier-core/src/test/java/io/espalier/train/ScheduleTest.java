package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs of 10 epochs with 100 steps each; the values are worked out by hand. */
class ScheduleTest {
  @Test
  void constant_withoutWarmup_staysOne() {
    assertFactors(new Schedule.Constant(0), at(0, 1), at(500, 1), at(999, 1));
  }

  @Test
  void constant_withWarmup_risesToOneAtItsLastStep() {
    // 0.5 epochs are 50 steps: step k has (k + 1) / 50.
    assertFactors(new Schedule.Constant(0.5), at(0, 0.02), at(24, 0.5), at(49, 1), at(50, 1));
  }

  @Test
  void cosine_fallsFromOneToFloor() {
    // Quarter points of half a cosine: (1 + cos(pi / 4)) / 2 = 0.853553...
    assertFactors(
        new Schedule.Cosine(0, 0),
        at(0, 1),
        at(250, 0.8535533906),
        at(500, 0.5),
        at(999, 2.4674e-6));
    // Between 1 and 0.1 the middle is 0.55.
    assertFactors(new Schedule.Cosine(0, 0.1), at(0, 1), at(500, 0.55));
  }

  @Test
  void cosine_withWarmup_startsItsFallAfterIt() {
    // Warm-up of 200 steps; the fall takes 800, so its middle is step 600.
    assertFactors(new Schedule.Cosine(2, 0), at(0, 0.005), at(199, 1), at(200, 1), at(600, 0.5));
  }

  @Test
  void step_atMilestones_multiplies() {
    Schedule schedule = new Schedule.Step(1, List.of(5.0, 7.5), 0.1);
    assertFactors(
        schedule, at(49, 0.5), at(100, 1), at(499, 1), at(500, 0.1), at(749, 0.1), at(750, 0.01));
  }

  @Test
  void oneCycle_risesAndFallsAlongCosines() {
    // Rise over 300 steps from 0.04: step 149 is half way, (1 + 0.04) / 2. Fall over 700 to 1e-4.
    Schedule schedule = Schedule.oneCycle(10);
    assertFactors(schedule, at(149, 0.52), at(299, 1), at(300, 1), at(650, 0.50005));
    assertEquals(1e-4, schedule.factor(999, 1000, 10), 1e-5);
  }

  @Test
  void warmup_longerThanRun_risesToTheEnd() {
    assertEquals(0.5, new Schedule.Cosine(20, 0).factor(4, 10, 10), 1e-12);
  }

  @Test
  void factor_outsideRun_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Schedule.cosine().factor(10, 10, 1));
    assertThrows(IllegalArgumentException.class, () -> Schedule.cosine().factor(-1, 10, 1));
  }

  @Test
  void components_outOfRange_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Schedule.Constant(-1));
    assertThrows(IllegalArgumentException.class, () -> new Schedule.Constant(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new Schedule.Cosine(0, 2));
    assertThrows(
        IllegalArgumentException.class, () -> new Schedule.Step(0, List.of(5.0, 3.0), 0.1));
  }

  private record Expected(long step, double factor) {}

  private static Expected at(long step, double factor) {
    return new Expected(step, factor);
  }

  private static void assertFactors(Schedule schedule, Expected... expected) {
    for (Expected one : expected) {
      double factor = schedule.factor(one.step, 1000, 10);
      assertEquals(one.factor, factor, 1e-9, schedule + " at step " + one.step);
    }
  }
}
