package io.espalier.method.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class FactorHistogramTest {
  @Test
  void of_countsByDecade_withoutSigns() {
    FactorHistogram histogram =
        FactorHistogram.of(new double[] {0, -0.0, 1e-7, 0.001, -0.5, 0.02, 0.99, 1, 10, -300});
    assertEquals(List.of(2, 1, 0, 0, 0, 1, 1, 2, 1, 2), histogram.counts());
    assertEquals(10, histogram.factors());
    assertEquals(2, histogram.zeros());
    assertEquals(0.5, histogram.median());
    assertEquals(300, histogram.largest());
    assertEquals(
        "0:2, below 1e-6:1, below 1e-2:1, below 1e-1:1, below 1e0:2, below 1e1:1, from 1e1:2",
        histogram.toString());
  }

  @Test
  void of_powersOfTen_areInTheirOwnDecade() {
    for (int power = -6; power <= 0; power++) {
      double edge = Double.parseDouble("1e" + power);
      FactorHistogram at = FactorHistogram.of(new double[] {edge, Math.nextDown(edge)});
      assertEquals(1, at.counts().get(power + 8));
      assertEquals(1, at.counts().get(power + 7));
    }
  }

  @Test
  void of_nothing_isEmpty() {
    assertEquals(0, FactorHistogram.of(new double[0]).factors());
    assertThrows(
        IllegalArgumentException.class, () -> FactorHistogram.of(new double[] {Double.NaN}));
  }

  @Test
  void sparsification_countsWhatTrainingDid() {
    double[] before = {1, 2, 3, 0.02, 4};
    double[] after = {0.02, 0, -0.03, 0.5, 4};
    BitSet removed = new BitSet();
    removed.set(0, 4);
    Sparsification change = Sparsification.of(before, after, removed);
    assertEquals(0.02, change.limit(), 1e-15);
    assertEquals(2, change.nearZero());
    assertEquals(1, change.nearZeroBefore());
    assertEquals(4, change.removed());
    assertEquals(2, change.removedNearZero());
    assertEquals(0.5, change.removedNearZeroShare());
    assertEquals(0.5, change.toJson().path("removedNearZeroShare").asDouble());
  }
}
