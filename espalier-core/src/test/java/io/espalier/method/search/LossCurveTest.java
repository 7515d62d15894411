package io.espalier.method.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LossCurveTest {
  @Test
  void of_convexPoints_joinsThemAndGoesOn() {
    // 2 for two units, then 4 a unit, and behind the last point still 4.
    double[] curve =
        LossCurve.of(6, List.of(new LossCurve.Point(2, 2), new LossCurve.Point(4, 10)));
    assertArrayEquals(new double[] {0, 1, 2, 6, 10, 14, 18}, curve, 1e-12);
  }

  @Test
  void of_onePoint_isALine() {
    double[] curve = LossCurve.of(4, List.of(new LossCurve.Point(2, 3)));
    assertArrayEquals(new double[] {0, 1.5, 3, 4.5, 6}, curve, 1e-12);
  }

  @Test
  void of_pointAboveTheLine_isPassedBelow() {
    // 6 at one unit lies above the line from 0 to 8 at four units.
    double[] curve = LossCurve.of(4, List.of(new LossCurve.Point(1, 6), new LossCurve.Point(4, 8)));
    assertArrayEquals(new double[] {0, 2, 4, 6, 8}, curve, 1e-12);
  }

  @Test
  void of_gain_isNoReward() {
    // A cut that seems to help counts as free, and so does a dip behind a loss.
    double[] curve =
        LossCurve.of(
            6,
            List.of(
                new LossCurve.Point(2, -5), new LossCurve.Point(4, 4), new LossCurve.Point(6, 1)));
    assertArrayEquals(new double[] {0, 0, 0, 1, 2, 3, 4}, curve, 1e-12);
  }

  @Test
  void of_randomPoints_isConvexRisingAndNowhereAboveThem() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 200; round++) {
      int units = 2 + random.nextInt(40);
      TreeSet<Integer> places = new TreeSet<>();
      random.ints(6, 1, units + 1).forEach(places::add);
      List<LossCurve.Point> points =
          places.stream().map(p -> new LossCurve.Point(p, random.nextDouble(-1, 5))).toList();
      double[] curve = LossCurve.of(units, points);
      for (int gone = 1; gone <= units; gone++) {
        assertTrue(curve[gone] >= curve[gone - 1]);
        assertTrue(
            gone == units || curve[gone + 1] - curve[gone] >= curve[gone] - curve[gone - 1] - 1e-9);
      }
      double most = 0;
      for (LossCurve.Point point : points) {
        most = Math.max(most, point.loss());
        assertTrue(curve[point.gone()] <= most + 1e-9);
      }
    }
  }
}
