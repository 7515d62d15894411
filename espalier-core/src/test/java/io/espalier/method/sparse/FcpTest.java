package io.espalier.method.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.method.TinyNetworks;
import io.espalier.method.TinyNetworks.Kind;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Surgeon;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.TorchNet;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FcpTest {
  private static final double KAPPA = 0.5;

  /**
   * Filters (4, 0), (0, 2), (4, 2), (0, 1): the third is like the first, the last like the second.
   */
  private static final Graph PAIR =
      TinyNetworks.pair(new float[][] {{4, 0}, {0, 2}, {4, 2}, {0, 1}});

  private static final Clusters TWO =
      new Clusters(Map.of(0, List.of(List.of(0, 2), List.of(1, 3))));

  @TempDir Path path;

  private static BitSet units(int... units) {
    BitSet set = new BitSet();
    for (int unit : units) {
      set.set(unit);
    }
    return set;
  }

  /**
   * Distances to the means (4, 1) and (0, 1.5) are 1, 1, 0.5 and 0.5, so the sum of their squares
   * is 2.5; the gradient is kappa times what is beside the mean.
   */
  @Test
  void loss_andItsGradient_byHand() {
    try (TorchNet net = TorchNet.of(PAIR, NetOptions.exact());
        Scope scope = Scope.open()) {
      DeviceTensor loss =
          new ClusterLoss(ChannelMap.of(PAIR), TWO, KAPPA)
              .extraLoss(Nets.step(net, 1))
              .orElseThrow();
      assertEquals(KAPPA / 2 * 2.5, loss.item(), 1e-12);
      loss.backward();
      double[] beside = {0, -1, 0, 0.5, 0, 1, 0, -0.5};
      for (int i = 0; i < beside.length; i++) {
        beside[i] *= KAPPA;
      }
      assertArrayEquals(beside, net.parameters().get("first.weight").grad().toDoubles(), 1e-12);
    }
  }

  @Test
  void loss_withoutStrengthOrClusters_isNone() {
    ChannelMap map = ChannelMap.of(PAIR);
    try (TorchNet net = TorchNet.of(PAIR, NetOptions.exact());
        Scope scope = Scope.open()) {
      assertTrue(new ClusterLoss(map, TWO, 0).extraLoss(Nets.step(net, 1)).isEmpty());
      Clusters none = new Clusters(Map.of());
      assertTrue(new ClusterLoss(map, none, 1).extraLoss(Nets.step(net, 1)).isEmpty());
    }
  }

  @Test
  void averaged_andMerged_byHand() {
    ChannelMap map = ChannelMap.of(PAIR);
    Graph equal = TWO.averaged(PAIR, map);
    assertArrayEquals(
        new double[] {4, 1, 0, 1.5, 4, 1, 0, 1.5}, equal.weight("first.weight").toDoubles(), 0);
    assertArrayEquals(new double[] {1, 1, 1, 1}, equal.weight("last.weight").toDoubles(), 0);
    Graph merged = TWO.merged(equal, map);
    assertArrayEquals(new double[] {2, 2, 0, 0}, merged.weight("last.weight").toDoubles(), 0);
    assertEquals(equal.weight("first.weight"), merged.weight("first.weight"));
  }

  @Test
  void clusters_ofSimilarFilters_areFound() {
    ChannelMap map = ChannelMap.of(PAIR);
    Clusters found = Clusters.of(PAIR, map, Map.of(0, units(2, 3)), false);
    assertEquals(TWO, found);
    double[] scores = Spread.farthest(PAIR, map.groups().getFirst());
    // The largest is (4, 2); farthest from it (0, 1), then (4, 0), last (0, 2) beside (0, 1).
    assertEquals(Double.POSITIVE_INFINITY, scores[2]);
    assertTrue(scores[3] > scores[0] && scores[0] > scores[1], () -> List.of(scores).toString());
    assertEquals(Math.sqrt(17) / 2, scores[3] / scores[0], 1e-12);
    assertEquals(2, scores[0] / scores[1], 1e-12);
  }

  @Test
  void even_takesUnitsFromEverywhere_andJoinsThemToTheOneBelow() {
    float[][] filters = new float[8][1];
    Graph graph = TinyNetworks.pair(filters);
    ChannelGroup group = ChannelMap.of(graph).groups().getFirst();
    double[] scores = Spread.even(group);
    double[] byRank = {Double.POSITIVE_INFINITY, 1, 2, 3, 4, 5, 6, 7};
    int[] order = {0, 4, 2, 6, 1, 5, 3, 7};
    for (int rank = 1; rank < order.length; rank++) {
      assertEquals(1 - byRank[rank] / 8, scores[order[rank]], 1e-12);
    }
    Clusters found =
        Clusters.of(graph, ChannelMap.of(graph), Map.of(0, units(1, 3, 4, 5, 7)), true);
    assertEquals(
        Map.of(0, List.of(List.of(0, 1), List.of(2, 3, 4), List.of(6, 5, 7))), found.byGroup());
  }

  @Test
  void unit_thatNoneCanTakeThePlaceOf_isAnError() {
    ChannelMap map = ChannelMap.of(PAIR);
    Map<Integer, BitSet> all = Map.of(0, units(0, 1, 2, 3));
    MethodException error =
        assertThrows(MethodException.class, () -> Clusters.of(PAIR, map, all, false));
    assertTrue(error.getMessage().contains("unit 0 of 'first'"), error.getMessage());
  }

  /** What the sheet asks for: identical members cost nothing, whatever stands between. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void equalChannels_areRemovedWithoutLoss_onEveryShapeOfNetwork(Kind kind) {
    for (boolean norm : new boolean[] {true, false}) {
      Graph graph = TinyNetworks.of(kind, norm);
      ChannelMap map = ChannelMap.of(graph);
      Map<Integer, BitSet> removed = new HashMap<>();
      for (ChannelGroup group : map.groups()) {
        BitSet gone = new BitSet();
        for (List<Integer> members : Kinship.of(group)) {
          members.subList((members.size() + 1) / 2, members.size()).forEach(gone::set);
        }
        removed.put(group.index(), gone);
      }
      Clusters clusters = Clusters.of(graph, map, removed, false);
      Graph equal = clusters.averaged(graph, map);
      Graph merged = clusters.merged(equal, map);
      Graph cut = Surgeon.cut(merged, Plans.units(merged, map, removed));
      double[] expected = Nets.run(equal, 3);
      assertArrayEquals(expected, Nets.run(cut, 3), 1e-6, kind + " " + norm);
      double[] first = Nets.run(graph, 3);
      assertFalse(java.util.Arrays.equals(first, expected), "nothing was averaged");
      for (double distance : clusters.distances(equal, map)) {
        assertEquals(0, distance, 1e-7);
      }
    }
  }

  @Test
  void prune_drivesFiltersTogether_andNothingElseDoes() {
    JsonNode drawn = prune("drawn", Map.of("epochs", "40", "reach", "60"));
    assertTrue(drawn.path("clusters").path("removedNearZeroShare").asDouble() > 0.8);
    assertEquals(0, drawn.path("clusters").path("nearZeroBefore").asInt());
    assertTrue(drawn.path("merging").path("change").asDouble(1) < 1e-6, drawn.toString());
    JsonNode free = prune("free", Map.of("epochs", "40", "reach", "0", "kappa", "0"));
    assertEquals(0, free.path("clusters").path("removedNearZeroShare").asDouble());
  }

  private JsonNode prune(String folder, Map<String, String> settings) {
    Graph graph = TinyNetworks.of(Kind.CHAIN, true);
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
    return Nets.prune(graph, "fcp", Optional.of(half), path.resolve(folder), settings).records();
  }
}
