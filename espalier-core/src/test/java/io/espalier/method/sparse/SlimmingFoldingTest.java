package io.espalier.method.sparse;

import static io.espalier.method.sparse.SlimmingTest.cut;
import static io.espalier.method.sparse.SlimmingTest.factors;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.method.Benches;
import io.espalier.method.TinyNetworks;
import io.espalier.method.TinyNetworks.Kind;
import io.espalier.method.Workbench;
import io.espalier.surgery.Mask;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Zeroed scales, masks, folded normalisations and cuts as functions. */
class SlimmingFoldingTest {
  /** Masks, zeroed scales and shifts, and surgery are the same function. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void removal_isZeroScalesAndShifts_isTheMask_isTheCut(Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    ScaleFactors factors = factors(graph, true);
    Scores scores = factors.of(graph);
    Map<Integer, BitSet> removed =
        factors.upTo(scores, NetworkSlimming.threshold(UnitFactors.of(scores), 0.4));
    PruningPlan plan = PruningPlan.of(graph, factors.entries(removed));
    assertFalse(plan.entries().isEmpty());
    double[] masked = Nets.run(Mask.apply(graph, plan), 1);
    assertArrayEquals(masked, Nets.run(Surgeon.cut(graph, plan), 1), 1e-12);
    assertArrayEquals(masked, Nets.run(zeroed(graph, factors, removed), 1), 1e-12);
    assertTrue(Math.abs(masked[0] - Nets.run(graph, 1)[0]) > 1e-3, "nothing of weight went");
  }

  private static Graph zeroed(Graph graph, ScaleFactors factors, Map<Integer, BitSet> removed) {
    Map<String, float[]> values = new HashMap<>();
    List<ChannelGroup> groups = factors.bench().channels().groups();
    for (Map.Entry<Integer, BitSet> entry : removed.entrySet()) {
      int site = entry.getKey() - groups.size();
      for (int unit : entry.getValue().stream().toArray()) {
        if (site >= 0) {
          String scale = factors.gathers().sites().get(site).scale();
          zero(graph, values, scale, unit);
          zero(graph, values, scale.replace("scale", "shift"), unit);
        } else {
          for (Member member : groups.get(entry.getKey()).members()) {
            if (member.role() == Role.SCALE || member.role() == Role.SHIFT) {
              zero(graph, values, member.initializer(), member.positions(unit));
            }
          }
        }
      }
    }
    return Nets.with(graph, values);
  }

  private static void zero(Graph graph, Map<String, float[]> values, String name, int... at) {
    float[] row = values.computeIfAbsent(name, key -> graph.weight(key).toFloats());
    Arrays.stream(at).forEach(i -> row[i] = 0);
  }

  @Test
  void normalisation_foldedIntoConvolutions_isTheSameFunction_beforeAndAfterTheCut() {
    Graph graph = TinyNetworks.of(Kind.CHAIN, true);
    ScaleFactors factors = factors(graph, true);
    Scores scores = factors.of(graph);
    Map<Integer, BitSet> removed =
        factors.upTo(scores, NetworkSlimming.threshold(UnitFactors.of(scores), 0.5));
    Graph cut = cut(graph, factors, removed);
    assertArrayEquals(Nets.run(graph, 2), Nets.run(folded(graph), 2), 1e-6);
    assertArrayEquals(Nets.run(cut, 2), Nets.run(folded(cut), 2), 1e-6);
    // Cutting the folded network is folding the cut one.
    Graph other = folded(graph);
    Workbench bench = Benches.of(other);
    Graph foldedThenCut = Surgeon.cut(other, PruningPlan.of(other, bench.unitEntries(removed)));
    assertArrayEquals(Nets.run(cut, 2), Nets.run(foldedThenCut, 2), 1e-6);
  }

  /** {@code W' = gamma / sigma W}, {@code b' = beta - gamma mean / sigma}. */
  private static Graph folded(Graph graph) {
    GraphBuilder builder = GraphBuilder.from(graph);
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!node.name().endsWith(".norm")) {
        nodes.add(node);
        continue;
      }
      Node conv = nodes.removeLast();
      double[] scale = graph.weight(node.input(1)).toDoubles();
      double[] shift = graph.weight(node.input(2)).toDoubles();
      double[] mean = graph.weight(node.input(3)).toDoubles();
      double[] variance = graph.weight(node.input(4)).toDoubles();
      Tensor weight = graph.weight(conv.input(1));
      double[] filters = weight.toDoubles();
      double[] bias = new double[scale.length];
      for (int i = 0; i < filters.length; i++) {
        int c = i / (filters.length / scale.length);
        filters[i] *= scale[c] / Math.sqrt(variance[c] + 1e-5);
      }
      Arrays.setAll(bias, c -> shift[c] - scale[c] * mean[c] / Math.sqrt(variance[c] + 1e-5));
      String narrow = builder.initializer(builder.fresh("w"), weight.withValues(filters));
      Tensor biases = graph.weight(node.input(1)).withValues(bias);
      String add = builder.initializer(builder.fresh("b"), biases);
      nodes.add(conv.withInputs(List.of(conv.input(0), narrow, add)).withOutputs(node.outputs()));
    }
    return builder.replaceNodes(nodes).build();
  }

  @Test
  void ranking_dependsOnAFactorThatTheFunctionDoesNotDependOn() {
    Graph graph = Nets.two(Pointwise.RELU, 1, true);
    ChannelMap map = ChannelMap.of(graph);
    Graph moved = Rescaling.of(graph, map, Set.of(0), 1024);
    assertArrayEquals(Nets.run(graph, 3), Nets.run(moved, 3), 1e-12);
    Graph tiny = TinyNetworks.of(Kind.CHAIN, true);
    ChannelMap both = ChannelMap.of(tiny);
    Graph other = Rescaling.of(tiny, both, Set.of(0), 1024);
    assertArrayEquals(Nets.run(tiny, 3), Nets.run(other, 3), 1e-12);
    assertEquals(Set.of(0, 1), groupsThatLose(tiny));
    assertEquals(Set.of(1), groupsThatLose(other));
  }

  private static Set<Integer> groupsThatLose(Graph graph) {
    ScaleFactors factors = factors(graph, true);
    Scores scores = factors.of(graph);
    double threshold = NetworkSlimming.threshold(UnitFactors.of(scores), 0.3);
    Set<Integer> groups = new TreeSet<>();
    factors
        .upTo(scores, threshold)
        .forEach(
            (group, units) ->
                IntStream.range(0, units.cardinality()).forEach(i -> groups.add(group)));
    return groups;
  }
}
