package io.espalier.method.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnealerTest {
  private record Point(double[] shares, double score) implements Annealer.Judged {}

  private static Annealer annealer(Cooling cooling, long seed) {
    return new Annealer(cooling, new SplittableRandom(seed), UnaryOperator.identity());
  }

  @ParameterizedTest
  @CsvSource({"100, 20, 0.9, 16", "100, 20, 0.5, 3", "100, 25, 0.5, 3", "100, 100, 0.5, 1"})
  void search_ofEverBetterCandidates_coolsAtEachOfThem(
      double start, double stop, double rate, int steps) {
    // 100 * 0.9^15 = 20.6 and 100 * 0.9^16 = 18.5; 100, 50, 25 and then 12.5.
    Cooling cooling = new Cooling(start, stop, rate, 0.35, 1000);
    assertEquals(steps, cooling.steps());
    List<Double> temperatures = new ArrayList<>();
    AtomicInteger taken = new AtomicInteger();
    Point last =
        annealer(cooling, 1)
            .search(
                new double[2],
                (number, shares, temperature) -> {
                  temperatures.add(temperature);
                  return new Point(shares, number);
                },
                taken::incrementAndGet);
    assertEquals(steps, taken.get());
    assertEquals(steps, last.score());
    assertEquals(steps + 1, temperatures.size());
    assertEquals(start, temperatures.get(0));
    for (int i = 1; i <= steps; i++) {
      assertEquals(start * Math.pow(rate, i - 1), temperatures.get(i), 1e-9);
    }
  }

  @Test
  void search_ofWorseCandidates_takesThemWithTheProbabilityOfTheirTemperature() {
    // Every candidate is worse than the one taken last by as much as the temperature: e^-1 = 0.368.
    Cooling cooling = new Cooling(1, 1e-6, 0.999, 0.35, 20_000);
    double[] current = {0};
    double[] temperatureNow = {1};
    AtomicInteger judged = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    double[] pending = {0};
    annealer(cooling, 3)
        .search(
            new double[1],
            (number, shares, temperature) -> {
              judged.incrementAndGet();
              temperatureNow[0] = temperature;
              pending[0] = number == 0 ? 0 : current[0] - temperature;
              return new Point(shares, pending[0]);
            },
            () -> {
              taken.incrementAndGet();
              current[0] = pending[0];
            });
    double rate = (double) taken.get() / (judged.get() - 1);
    assertEquals(Math.exp(-1), rate, 0.015);
  }

  @Test
  void search_movesNoShareByMoreThanTheTemperatureAllows() {
    Cooling cooling = new Cooling(100, 20, 0.9, 0.35, 1000);
    double[][] before = {{0.5, 0.5, 0.5}};
    double[] widest = {0};
    annealer(cooling, 1)
        .search(
            before[0],
            (number, shares, temperature) -> {
              for (int i = 0; i < shares.length; i++) {
                double moved = Math.abs(shares[i] - before[0][i]);
                assertTrue(moved <= 0.35 * temperature / 100);
                assertTrue(shares[i] >= 0 && shares[i] <= 1);
                widest[0] = Math.max(widest[0], moved);
              }
              before[0] = shares;
              return new Point(shares, number);
            },
            () -> {});
    assertTrue(widest[0] > 0.25);
  }

  @Test
  void search_slowly_findsTheTopAndReturnsTheBest() {
    double[] top = {0.2, 0.7, 0.4};
    Cooling cooling = new Cooling(10, 0.01, 0.99, 0.5, 5000);
    double[] best = {Double.NEGATIVE_INFINITY};
    Point found =
        annealer(cooling, 1)
            .search(
                new double[] {0.9, 0.1, 0.9},
                (number, shares, temperature) -> {
                  double score = 0;
                  for (int i = 0; i < shares.length; i++) {
                    score -= 100 * (shares[i] - top[i]) * (shares[i] - top[i]);
                  }
                  best[0] = Math.max(best[0], score);
                  return new Point(shares, score);
                },
                () -> {});
    assertEquals(best[0], found.score());
    assertArrayEquals(top, found.shares(), 0.1, Arrays.toString(found.shares()));
  }

  @Test
  void search_endsAfterTheMostEvaluations() {
    Cooling cooling = new Cooling(100, 20, 0.999, 0.35, 7);
    AtomicInteger judged = new AtomicInteger();
    annealer(cooling, 1)
        .search(
            new double[1],
            (number, shares, temperature) -> {
              assertEquals(judged.getAndIncrement(), number);
              return new Point(shares, 0);
            },
            () -> {});
    assertEquals(7, judged.get());
  }

  @ParameterizedTest
  @CsvSource({
    "100, 0, 0.9, 0.3, 5",
    "10, 20, 0.9, 0.3, 5",
    "100, 20, 1, 0.3, 5",
    "100, 20, 0.9, 0, 5"
  })
  void cooling_thatNeverEnds_isRefused(
      double start, double stop, double rate, double perturbation, int evaluations) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Cooling(start, stop, rate, perturbation, evaluations));
  }
}
