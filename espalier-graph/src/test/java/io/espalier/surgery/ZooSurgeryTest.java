package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.LayerFreedom;
import io.espalier.channel.Role;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of the zoo is analysed, planned for and cut. */
class ZooSurgeryTest {
  static List<String> names() {
    return Zoo.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void analysis_zooNetwork_freezesOnlyTheEnds(String name) {
    List<LayerFreedom> layers = ChannelMap.of(Zoo.build(name, 1)).layers();
    for (LayerFreedom layer : layers) {
      assertTrue(
          layer.outputReason().isEmpty() || layer.outputReason().get().startsWith("network output"),
          layer.toString());
      assertTrue(
          layer.inputReason().isEmpty() || layer.inputReason().get().startsWith("network input"),
          layer.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void cut_halfTheMacs_costsWhatThePlannerPredicted(String name) {
    Graph graph = Zoo.build(name, 1);
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = Scores.of(map, group -> l1(graph, group));
    for (PlanOptions.Ranking ranking : PlanOptions.Ranking.values()) {
      PlanOptions options =
          PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5)).withRanking(ranking);
      Map<Integer, BitSet> removed = Planner.removal(graph, map, scores, options);
      WidthCost predicted = new WidthCost(graph, map, 0);
      removed.forEach((group, units) -> predicted.remove(group, units.stream().toArray()));
      Graph cut = Surgeon.cut(graph, Plans.units(graph, map, removed));
      assertEquals(predicted.current(Budget.Quantity.MACS), Cost.of(cut).macs());
      assertEquals(predicted.current(Budget.Quantity.PARAMS), Cost.of(cut).params());
      assertTrue(2 * Cost.of(cut).macs() <= Cost.of(graph).macs());
      removed.forEach((group, units) -> predicted.restore(group, units.stream().toArray()));
      assertEquals(Cost.of(graph).macs(), predicted.current(Budget.Quantity.MACS));
      assertEquals(Cost.of(graph).params(), predicted.current(Budget.Quantity.PARAMS));
    }
  }

  static double[] l1(Graph graph, ChannelGroup group) {
    double[] scores = new double[group.units()];
    group.members().stream()
        .filter(member -> member.role() == Role.OUTPUT)
        .forEach(
            member -> {
              double[][] rows = member.matrix(graph.weight(member.initializer()));
              for (int unit = 0; unit < rows.length; unit++) {
                scores[unit] += Arrays.stream(rows[unit]).map(Math::abs).sum();
              }
            });
    double mean = Arrays.stream(scores).average().orElse(1);
    return Arrays.stream(scores).map(score -> score / mean).toArray();
  }
}
