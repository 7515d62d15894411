package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.method.TinyNetworks;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FpgmTest {
  // The corners (0,0), (4,0), (0,3) and (2,1): distances 4, 3, 5 among the corners; from (2,1)
  // sqrt(5) to the first, sqrt(5) to the second and sqrt(8) to the third.
  private static final Graph GRAPH =
      TinyNetworks.pair(new float[][] {{0, 0}, {4, 0}, {0, 3}, {2, 1}});

  @Test
  void score_workedExample_isTheSumOfDistances() {
    double[] expected = {
      4 + 3 + Math.sqrt(5),
      4 + 5 + Math.sqrt(5),
      3 + 5 + Math.sqrt(8),
      2 * Math.sqrt(5) + Math.sqrt(8)
    };
    Map<String, String> plain = Map.of("scale", "none");
    assertArrayEquals(expected, Criteria.score(new Fpgm(), GRAPH, plain), 1e-12);
    Map<String, String> gram = Map.of("scale", "none", "formula", "gram");
    assertArrayEquals(expected, Criteria.score(new Fpgm(), GRAPH, gram), 1e-12);
  }

  @Test
  void score_toTheMedianOfAConvexQuadrilateral_isFromTheCrossingOfItsDiagonals() {
    // Diagonals of the square (0,0), (2,0), (2,2), (0,2) cross in (1,1).
    Graph square = TinyNetworks.pair(new float[][] {{0, 0}, {2, 0}, {2, 2}, {0, 2}});
    double[] scores =
        Criteria.score(new Fpgm(), square, Map.of("scale", "none", "formula", "median"));
    double half = Math.sqrt(2);
    assertArrayEquals(new double[] {half, half, half, half}, scores, 1e-9);
  }

  @Test
  void score_toTheMedianOnARow_isZeroThere() {
    // Of three points on a line the middle one is the median: distances 1, 0, 5.
    Graph line = TinyNetworks.pair(new float[][] {{1, 0}, {2, 0}, {7, 0}});
    double[] scores =
        Criteria.score(new Fpgm(), line, Map.of("scale", "none", "formula", "median"));
    assertArrayEquals(new double[] {1, 0, 5}, scores, 1e-6);
  }

  @Test
  void score_withNormShare_putsSmallNormsFirst() {
    // Norms 0, 4, 3, sqrt(5): half of the units are (0,0) and (2,1).
    double[] scores = Criteria.score(new Fpgm(), GRAPH, Map.of("norm-share", "0.5"));
    assertTrue(scores[0] < scores[3] && scores[3] < 0);
    assertTrue(scores[1] > 0 && scores[2] > 0);
  }

  @Test
  void score_ofMovedFilters_doesNotChange() {
    SplittableRandom random = new SplittableRandom(1);
    float[][] filters = new float[20][9];
    float[][] moved = new float[20][9];
    for (int i = 0; i < 20; i++) {
      for (int k = 0; k < 9; k++) {
        filters[i][k] = random.nextInt(-8, 8);
        moved[i][k] = filters[i][k] + 5;
      }
    }
    for (String formula : new String[] {"sum", "gram"}) {
      Map<String, String> settings = Map.of("formula", formula);
      assertArrayEquals(
          Criteria.score(new Fpgm(), TinyNetworks.pair(filters), settings),
          Criteria.score(new Fpgm(), TinyNetworks.pair(moved), settings),
          1e-9);
    }
  }

  @Test
  void create_normShareAboveOne_isRefused() {
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class,
            () -> Criteria.score(new Fpgm(), GRAPH, Map.of("norm-share", "2")));
    assertEquals(
        "method 'fpgm': norm-share must be from 0 to 1, but got 2.0", problem.getMessage());
  }
}
