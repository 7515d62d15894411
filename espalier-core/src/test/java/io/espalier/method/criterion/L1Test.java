package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.espalier.graph.Graph;
import io.espalier.method.TinyNetworks;
import java.util.Map;
import org.junit.jupiter.api.Test;

class L1Test {
  // Filters (1, -2), (0.5, 0), (-3, 1): sums of absolute weights 3, 0.5 and 4, mean 2.5.
  private static final Graph GRAPH = TinyNetworks.pair(new float[][] {{1, -2}, {0.5f, 0}, {-3, 1}});

  @Test
  void score_workedExample_isTheSumOfAbsoluteWeights() {
    double[] scores = Criteria.score(new L1(), GRAPH, Map.of("scale", "none"));
    assertArrayEquals(new double[] {3, 0.5, 4}, scores);
  }

  @Test
  void score_byDefault_isDividedByTheMeanOfTheGroup() {
    double[] scores = Criteria.score(new L1(), GRAPH, Map.of());
    assertArrayEquals(new double[] {1.2, 0.2, 1.6}, scores, 1e-12);
  }

  /** The layer behind reads each channel with weight 1: the mean with 3, 0.5, 4. */
  @Test
  void score_ofAllWeights_countsReadersToo() {
    double[] scores = Criteria.score(new L1(), GRAPH, Map.of("scale", "none", "weights", "all"));
    assertArrayEquals(new double[] {2, 0.75, 2.5}, scores);
  }
}
