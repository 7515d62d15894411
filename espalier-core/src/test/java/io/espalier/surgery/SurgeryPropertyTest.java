package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SurgeryPropertyTest {
  private static final int GRAPHS = Integer.getInteger("espalier.graphs", 2000);

  @Test
  void cut_randomNetworks_equalsMask() {
    int pruned = 0;
    for (long seed = 0; seed < GRAPHS; seed++) {
      int removed;
      try {
        removed = new PropertyCheck(seed).call();
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
      pruned += removed > 0 ? 1 : 0;
    }
    assertTrue(pruned > 0.7 * GRAPHS, pruned + " of " + GRAPHS + " networks lost channels");
  }
}
