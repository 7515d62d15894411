package io.espalier.method.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.PruneResult;
import io.espalier.method.TinyNetworks;
import io.espalier.method.TinyNetworks.Kind;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.TorchNet;
import io.espalier.zoo.Zoo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OicsrTest {
  private static final double LAMBDA = 0.5;

  @TempDir Path path;

  /** Rows (3, 4), (0, 0) and (2, 1) of the first layer, 1 each of the second. */
  @Test
  void norms_byHand() {
    Graph graph = TinyNetworks.pair(new float[][] {{3, 4}, {0, 0}, {2, 1}});
    ChannelGroup group = ChannelMap.of(graph).groups().getFirst();
    double[] expected = {Math.sqrt(26), 1, Math.sqrt(6)};
    assertArrayEquals(expected, UnitNorms.of(graph, group), 1e-12);
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact());
        Scope scope = Scope.open()) {
      DeviceTensor loss =
          new OutInLasso(List.of(group), LAMBDA).extraLoss(Nets.step(net, 1)).orElseThrow();
      assertEquals(LAMBDA * Arrays.stream(expected).sum(), loss.item(), 1e-9);
      loss.backward();
      DeviceTensor first = net.parameters().get("first.weight");
      DeviceTensor last = net.parameters().get("last.weight");
      double[] rows = {3 / expected[0], 4 / expected[0], 0, 0, 2 / expected[2], 1 / expected[2]};
      double[] columns = {1 / expected[0], 1, 1 / expected[2]};
      assertArrayEquals(times(rows), first.grad().toDoubles(), 1e-9);
      assertArrayEquals(times(columns), last.grad().toDoubles(), 1e-9);
    }
  }

  private static double[] times(double[] values) {
    return Arrays.stream(values).map(x -> LAMBDA * x).toArray();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void penalty_onEveryShapeOfNetwork_isTheSumOfNorms_andItsGradient(Kind kind) {
    requirePenalty(TinyNetworks.of(kind, true));
    requirePenalty(TinyNetworks.of(kind, false));
  }

  /** Its linear layer has many columns a channel. */
  @Test
  void penalty_onANetworkThatFlattens_isTheSumOfNorms_andItsGradient() {
    requirePenalty(Zoo.build("lenet", 1));
  }

  private static void requirePenalty(Graph graph) {
    ChannelMap map = ChannelMap.of(graph);
    double expected = 0;
    Map<String, double[]> slopes = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      double[] norms = UnitNorms.of(graph, group);
      expected += LAMBDA * Arrays.stream(norms).sum();
      for (Member member : group.members()) {
        if (member.role() == Role.OUTPUT || member.role() == Role.INPUT) {
          Tensor weight = graph.weight(member.initializer());
          double[] values = weight.toDoubles();
          double[] slope =
              slopes.computeIfAbsent(member.initializer(), name -> new double[values.length]);
          for (int unit = 0; unit < norms.length; unit++) {
            for (int element :
                Positions.elements(member.space(), weight.shape(), member.positions(unit))) {
              slope[element] += LAMBDA * values[element] / norms[unit];
            }
          }
        }
      }
    }
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact());
        Scope scope = Scope.open()) {
      DeviceTensor loss =
          new OutInLasso(map.groups(), LAMBDA).extraLoss(Nets.step(net, 1)).orElseThrow();
      assertEquals(expected, loss.item(), 1e-8 * expected);
      loss.backward();
      slopes.forEach(
          (name, slope) ->
              assertArrayEquals(slope, net.parameters().get(name).grad().toDoubles(), 1e-8, name));
    }
  }

  @Test
  void penalty_atZero_hasAFiniteGradient() {
    Graph graph = TinyNetworks.pair(new float[][] {{0}, {1}});
    Graph zero = Nets.with(graph, Map.of("last.weight", new float[] {0, 1}));
    try (TorchNet net = TorchNet.of(zero, NetOptions.exact());
        Scope scope = Scope.open()) {
      new OutInLasso(ChannelMap.of(zero).groups(), 1)
          .extraLoss(Nets.step(net, 1))
          .orElseThrow()
          .backward();
      assertEquals(0, net.parameters().get("first.weight").grad().toDoubles()[0], 0);
    }
  }

  /** The penalty takes part in the training of a prune, and it is what makes norms small. */
  @Test
  void prune_withAPenalty_drivesNormsToZero_andNothingElseDoes() {
    double without = median("0");
    assertTrue(without > 1, "" + without);
    assertTrue(median("0.05") < 0.9 * without);
    assertTrue(median("0.4") < 0.2 * without);
  }

  private double median(String lambda) {
    return Nets.medianAfter("oicsr", lambda, path);
  }

  @Test
  void prune_removesTheChannelsOfLeastEnergy_inPasses() {
    Graph graph = TinyNetworks.of(Kind.CHAIN, true);
    PlanOptions options = PlanOptions.of(new Budget.Share(Budget.Quantity.UNITS, 0.6));
    Map<String, String> still =
        Map.of("epochs", "1", "learning-rate", "1e-30", "reach", "0", "passes", "2");
    PruneResult result = Nets.prune(graph, "oicsr", Optional.of(options), path, still);
    assertEquals(2, result.findings().size());
    ChannelMap map = ChannelMap.of(graph);
    double[] all =
        map.groups().stream()
            .flatMapToDouble(group -> Arrays.stream(UnitNorms.of(graph, group)))
            .sorted()
            .toArray();
    // 4 of 20 in the first pass; the norms of the second are those of what the first left.
    double most = all[3];
    for (PlanEntry entry : result.plan().entries()) {
      PlanEntry.Units units = (PlanEntry.Units) entry;
      ChannelGroup group = map.group(units.group()).orElseThrow();
      double[] norms = UnitNorms.of(graph, group);
      for (int unit = 0; unit < norms.length; unit++) {
        assertTrue(norms[unit] > most || units.units().contains(unit), group + " " + unit);
      }
    }
    assertEquals(4, result.records().path("sparsity-01").path("removed").asInt());
    assertEquals(4, result.records().path("sparsity-02").path("removed").asInt());
  }
}
