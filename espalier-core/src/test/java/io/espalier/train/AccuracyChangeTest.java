package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class AccuracyChangeTest {
  @Test
  void change_countsWhatOnlyOneNetworkHasRight() {
    List<Boolean> first = List.of(true, true, false, false, true, true);
    List<Boolean> second = List.of(true, false, true, false, false, false);
    AccuracyChange change = AccuracyChange.of(first, second);
    assertEquals(new AccuracyChange(6, 3, 1), change);
    assertEquals(-2 / 6.0, change.change());
  }

  /**
   * Half an image more in each cell: 3.5 lost and 0.5 won of 100, variance (4 - 9 / 100) / 100^2.
   */
  @Test
  void interval_byHand() {
    AccuracyChange change = new AccuracyChange(98, 3, 0);
    double half = 1.959964 * Math.sqrt(3.91) / 100;
    assertEquals(-0.03 - half, change.low(), 1e-12);
    assertEquals(-0.03 + half, change.high(), 1e-12);
    AccuracyChange back = new AccuracyChange(98, 0, 3);
    assertEquals(-change.low(), back.high(), 1e-12);
  }

  @Test
  void sameVerdicts_haveAnIntervalAroundNothing() {
    AccuracyChange change = AccuracyChange.of(List.of(true, false), List.of(true, false));
    assertEquals(0, change.change());
    assertEquals(-change.low(), change.high());
  }

  @Test
  void otherNumbersOfImages_areRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> AccuracyChange.of(List.of(true), List.of(true, false)));
    assertThrows(IllegalArgumentException.class, () -> AccuracyChange.of(List.of(), List.of()));
    assertThrows(IllegalArgumentException.class, () -> new AccuracyChange(3, 2, 2));
  }
}
