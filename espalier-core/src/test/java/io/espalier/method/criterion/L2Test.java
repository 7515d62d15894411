package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.espalier.graph.Graph;
import io.espalier.method.TinyNetworks;
import java.util.Map;
import org.junit.jupiter.api.Test;

class L2Test {
  @Test
  void score_workedExample_isTheEuclideanNorm() {
    // sqrt(9 + 16) = 5, sqrt(0 + 0) = 0, sqrt(25 + 144) = 13.
    Graph graph = TinyNetworks.pair(new float[][] {{3, -4}, {0, 0}, {5, 12}});
    double[] scores = Criteria.score(new L2(), graph, Map.of("scale", "none"));
    assertArrayEquals(new double[] {5, 0, 13}, scores, 1e-12);
    // Divided by sqrt(25 + 169).
    double[] scaled = Criteria.score(new L2(), graph, Map.of("scale", "l2"));
    double norm = Math.sqrt(194);
    assertArrayEquals(new double[] {5 / norm, 0, 13 / norm}, scaled, 1e-12);
  }
}
