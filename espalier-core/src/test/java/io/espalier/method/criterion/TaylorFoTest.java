package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.channel.ChannelGroup;
import io.espalier.graph.Graph;
import io.espalier.method.Benches;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaylorFoTest {
  // As in TaylorTest: slopes of the three gates -1/2 times 4, -6 and 2.
  private static final Graph GRAPH =
      TinyNetworks.classifier(
          new float[][] {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}},
          new float[][] {{2, 1, 0, -6, -1, 2}, {0, 0, 0, 0, 0, 0}});
  private static final int[] IMAGE = {1, 2, 3, 1, 0, 0};

  private static double[] score(Map<String, String> settings, int... labels) {
    int[][] images = new int[labels.length][];
    Arrays.fill(images, IMAGE);
    Workbench bench = Benches.of(GRAPH, Benches.pixels(images, labels), Benches.BYTES);
    return Benches.score(new TaylorFo(), bench, settings).byGroup().getFirst();
  }

  @Test
  void score_workedExample_isTheSquaredSlopeOfTheGate() {
    assertArrayEquals(new double[] {4, 9, 1}, score(Map.of(), 0), 1e-12);
  }

  /** Slopes of the two images cancel within a batch, not across batches. */
  @Test
  void score_ofMiniBatches_squaresTheirMeans() {
    assertArrayEquals(new double[] {0, 0, 0}, score(Map.of("batch", "2"), 0, 1), 1e-12);
    assertArrayEquals(new double[] {4, 9, 1}, score(Map.of("batch", "1"), 0, 1), 1e-12);
  }

  /**
   * The third filter (1, 1, 0) has the map slopes -1/2 * (-1, 2): its first weight 1 * 1/2 - 2 * 1
   * = -3/2, its second 3 * 1/2 - 1 * 1 = 1/2; together -1.
   */
  @Test
  void score_ofFilters_squaresTheSumOrSumsTheSquares() {
    assertArrayEquals(new double[] {4, 9, 1}, score(Map.of("form", "filter"), 0), 1e-12);
    double[] squares = score(Map.of("form", "weights"), 0);
    assertArrayEquals(new double[] {4, 9, 2.25 + 0.25}, squares, 1e-12);
    double[] twice = score(Map.of("form", "weights", "batch", "1"), 0, 1);
    assertArrayEquals(new double[] {4, 9, 2.25 + 0.25}, twice, 1e-12);
  }

  @Test
  void score_ofAResidualStream_isSharedByItsLayers() {
    Workbench bench = Benches.of(TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true));
    ChannelGroup stream = bench.channels().group("stem").orElseThrow();
    ChannelGroup inner = bench.channels().group("inner").orElseThrow();
    assertEquals(2, stream.producers().size());
    var shared = Benches.score(new TaylorFo(), bench, Map.of()).byGroup();
    var whole = Benches.score(new TaylorFo(), bench, Map.of("shared", "sum")).byGroup();
    double[] half = Arrays.stream(whole.get(stream.index())).map(x -> x / 2).toArray();
    assertArrayEquals(half, shared.get(stream.index()), 1e-15);
    assertArrayEquals(whole.get(inner.index()), shared.get(inner.index()), 0);
  }
}
