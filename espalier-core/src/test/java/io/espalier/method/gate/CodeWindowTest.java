package io.espalier.method.gate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CodeWindowTest {
  private static final CodeOptions OPTIONS = new CodeOptions(0.1, 2, 0.5, 0.25, 10, true, 3, 10);

  private static CodeWindow of(double[]... codes) {
    CodeWindow window = CodeWindow.empty(codes[0].length);
    for (double[] code : codes) {
      window = window.plus(code);
    }
    return window;
  }

  /** Units: always open; open in two of three batches; open in one; never. */
  @Test
  void window_byHand() {
    CodeWindow window =
        of(
            new double[] {0.9, 0.6, 0.4, 0.1},
            new double[] {0.9, 0.7, 0.3, 0},
            new double[] {0.9, 0.26, 0.86, 0.05});
    assertArrayEquals(new boolean[] {true, true, false, false}, window.binary());
    assertArrayEquals(new double[] {1, 1, 0, 0}, window.ones());
    assertEquals(0.5, window.kept());
    assertEquals(0.5, window.inconsistency());
    assertArrayEquals(new double[] {0.9, 0.52, 0.52, 0.05}, window.means(), 1e-15);
    assertEquals(0.5, window.decided());
    assertArrayEquals(new int[] {1, 0, 0, 0, 0, 2, 0, 0, 0, 1}, window.histogram());
  }

  @Test
  void inconsistency_ofCodesThatKeepTheirSide_isZero() {
    CodeWindow window = of(new double[] {0.51, 0.49}, new double[] {1, 0});
    assertEquals(0, window.inconsistency());
    assertEquals(1, of(new double[] {0.51, 0.49}, new double[] {0.4, 0.6}).inconsistency());
  }

  @Test
  void alpha_growsEvenly() {
    Sharpness sharpness = Sharpness.initial();
    assertEquals(0.1, sharpness.alpha(OPTIONS, 0));
    assertEquals(1.05, sharpness.alpha(OPTIONS, 0.5), 1e-12);
    assertEquals(2, sharpness.alpha(OPTIONS, 1), 1e-12);
  }

  /** All pruned: at 95 % and above the codes are locked, and the threshold sinks to 1 - r. */
  @Test
  void sharpness_overPruned_isRaisedForTheRest() {
    CodeWindow none = of(new double[] {0.1, 0.1, 0.1, 0.1});
    Sharpness once = Sharpness.initial().after(none, 0.12, OPTIONS, 0);
    assertEquals(0.5, once.raised());
    assertEquals(0.9, once.threshold(), 1e-12);
    Sharpness twice = once.after(none, 0.12, OPTIONS, 0);
    assertEquals(1, twice.raised());
    assertEquals(0.88, twice.threshold(), 1e-12, "not below 1 - r");
    CodeWindow half = of(new double[] {0.1, 0.1, 0.9, 0.9});
    assertEquals(twice, twice.after(half, 0.12, OPTIONS, 1), "50 % are fewer than 88 %");
  }

  /** Undecided codes are sharpened, but not in the first quarter of the training. */
  @Test
  void sharpness_undecidedLate_isRaised() {
    CodeWindow soft = of(new double[] {0.5, 0.6, 0.9, 0.1});
    assertEquals(0, Sharpness.initial().after(soft, 0.5, OPTIONS, 0.2).raised());
    assertEquals(0.5, Sharpness.initial().after(soft, 0.5, OPTIONS, 0.25).raised());
    CodeWindow decided = of(new double[] {0.9, 0.95, 0.9, 0.1});
    assertEquals(0, Sharpness.initial().after(decided, 0.5, OPTIONS, 1).raised());
  }
}
