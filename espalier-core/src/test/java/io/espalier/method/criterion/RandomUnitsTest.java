package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.espalier.graph.Graph;
import io.espalier.method.TinyNetworks;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RandomUnitsTest {
  @Test
  void score_dependsOnTheSeedAndNotOnTheWeights() {
    Graph graph = TinyNetworks.pair(new float[][] {{1, 2}, {3, 4}, {5, 6}});
    Graph other = TinyNetworks.pair(new float[][] {{0, 0}, {0, 9}, {7, 7}});
    double[] scores = Criteria.ask(new RandomUnits(), graph, 5, Map.of()).orElseThrow();
    assertEquals(3, Arrays.stream(scores).distinct().count());
    assertArrayEquals(scores, Criteria.ask(new RandomUnits(), other, 5, Map.of()).orElseThrow());
    assertFalse(
        Arrays.equals(scores, Criteria.ask(new RandomUnits(), graph, 6, Map.of()).orElseThrow()));
  }
}
