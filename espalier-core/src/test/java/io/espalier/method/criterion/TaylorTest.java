package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.method.Benches;
import io.espalier.method.TinyNetworks;
import io.espalier.method.UnitGates;
import io.espalier.method.Workbench;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Surgeon;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaylorTest {
  // One row of two pixels: red (1, 2), green (3, 1). Maps (1, 2), (3, 1) and red + green (4, 3).
  // The first class scores 2 * 1 + 1 * 2 = 4, -6 * 1 and -1 * 4 + 2 * 3 = 2 for them, 0 together,
  // the second 0: both have probability 1/2, and the slope of the first score is -+1/2.
  private static final Graph GRAPH =
      TinyNetworks.classifier(
          new float[][] {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}},
          new float[][] {{2, 1, 0, -6, -1, 2}, {0, 0, 0, 0, 0, 0}});
  private static final int[] IMAGE = {1, 2, 3, 1, 0, 0};

  private static double[] score(Map<String, String> settings, int... labels) {
    int[][] images = new int[labels.length][];
    Arrays.fill(images, IMAGE);
    Workbench bench = Benches.of(GRAPH, Benches.pixels(images, labels), Benches.BYTES);
    return Benches.score(new Taylor(), bench, settings).byGroup().getFirst();
  }

  /** Half of 4, -6 and 2, over two positions. */
  @Test
  void score_workedExample_isTheMeanOverPositions() {
    assertArrayEquals(new double[] {1, 1.5, 0.5}, score(Map.of("scale", "none"), 0), 1e-12);
  }

  @Test
  void score_byDefault_hasLengthOneInEachLayer() {
    double norm = Math.sqrt(1 + 1.5 * 1.5 + 0.5 * 0.5);
    assertArrayEquals(new double[] {1 / norm, 1.5 / norm, 0.5 / norm}, score(Map.of(), 0), 1e-12);
  }

  /** With both labels the slopes of the two images cancel, their absolute values do not. */
  @Test
  void score_ofImagesWithOppositeSlopes_isNotZero() {
    assertArrayEquals(new double[] {1, 1.5, 0.5}, score(Map.of("scale", "none"), 0, 1), 1e-12);
  }

  @Test
  void score_withCost_isLessByTheShareOfMacs() {
    // Every map costs 3 * 2 MACs to make and 2 * 2 to read: the share is 1.
    double[] scores = score(Map.of("scale", "none", "cost", "0.25"), 0);
    assertArrayEquals(new double[] {0.75, 1.25, 0.25}, scores, 1e-12);
  }

  @ParameterizedTest
  @EnumSource(names = {"CHAIN", "RESIDUAL", "PRE_ACTIVATION", "CONCAT"})
  void macsOfAUnit_areWhatItsCutSaves(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    ChannelMap map = ChannelMap.of(graph);
    List<double[]> macs = UnitMacs.of(graph, map);
    for (ChannelGroup group : map.groups()) {
      BitSet last = new BitSet();
      last.set(group.units() - 1);
      Graph cut = Surgeon.cut(graph, Plans.units(graph, map, Map.of(group.index(), last)));
      double saved = Cost.of(graph).macs() - Cost.of(cut).macs();
      assertEquals(saved, macs.get(group.index())[group.units() - 1], group.name());
    }
  }

  /** Every layer of a network without biases turns its outputs up as one: Euler's theorem. */
  @Test
  void slopesOfLayersWithoutBias_haveTheSameSum() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, false);
    Graph bare =
        graph.withWeights(
            Map.of(
                "first.bias", graph.weight("first.bias").withValues(new double[8]),
                "second.bias", graph.weight("second.bias").withValues(new double[12])));
    Workbench bench = Benches.of(bare);
    UnitGates gates = UnitGates.of(bare, bench.channels());
    GateSlopes slopes = GateSlopes.measure(bench, gates, bench.trainingImages(), 7);
    List<double[]> byGroup = gates.byGroup(slopes.mean());
    double first = Arrays.stream(byGroup.get(0)).sum();
    assertEquals(first, Arrays.stream(byGroup.get(1)).sum(), 1e-12);
    assertTrue(Math.abs(first) > 1e-4, "" + first);
  }
}
