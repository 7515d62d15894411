package io.espalier.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.cost.Cost;
import java.util.Arrays;
import java.util.List;
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

  @Test
  void warning_ofScatteredTimes_givesTheFastestRuns() {
    BenchResult quiet = result(new Timing(4, 3.9, 4.1, 3, 9), new Timing(2, 1.9, 2.1, 1.9, 9));
    assertEquals("", quiet.warning());
    BenchResult busy = result(new Timing(8, 4, 9, 3, 9), new Timing(2, 1.9, 2.1, 1.5, 9));
    assertEquals(
        "the times scatter widely, as if the machine were busy; measure again on a quiet one (by"
            + " the fastest runs: 2.00x)",
        busy.warning());
  }

  private static BenchResult result(Timing... timings) {
    Cost none = new Cost(List.of(), List.of());
    List<ModelLatency> models =
        Arrays.stream(timings).map(t -> new ModelLatency("net", t, none, 1, 1, "")).toList();
    return new BenchResult(models, 1, 1, 1, 1, "ONNX Runtime");
  }
}
