package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.Graph;
import io.espalier.method.TinyNetworks;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BnScaleTest {
  private static final float[][] FILTERS = {{1, 1}, {9, 9}, {2, 2}};

  @Test
  void score_workedExample_isTheAbsoluteScaleWhateverTheFilters() {
    Graph graph = TinyNetworks.pair(FILTERS, 0.5f, -0.25f, 0);
    assertArrayEquals(
        new double[] {0.5, 0.25, 0}, Criteria.score(new BnScale(), graph, Map.of()), 1e-7);
  }

  @Test
  void score_ofGroupWithoutNormalisation_isEmpty() {
    Graph graph = TinyNetworks.pair(FILTERS);
    assertEquals(Optional.empty(), Criteria.ask(new BnScale(), graph, 1, Map.of()));
  }
}
