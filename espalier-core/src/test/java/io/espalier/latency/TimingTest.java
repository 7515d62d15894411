package io.espalier.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TimingTest {
  @Test
  void of_evenCount_interpolatesQuartiles() {
    // sorted 1, 2, 3, 6 ms: median at 1.5, quartiles at positions 0.75 and 2.25
    Timing timing = Timing.of(new long[] {6_000_000, 1_000_000, 3_000_000, 2_000_000});
    assertEquals(new Timing(2.5, 1.75, 3.75, 1, 4), timing);
    assertEquals(0.8, timing.spread());
  }

  @Test
  void of_singleRun_isThatRun() {
    assertEquals(new Timing(2, 2, 2, 2, 1), Timing.of(new long[] {2_000_000}));
  }
}
