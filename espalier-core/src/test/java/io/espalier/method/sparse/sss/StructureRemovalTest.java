package io.espalier.method.sparse.sss;

import static io.espalier.method.sparse.sss.StructureCases.ALL;
import static io.espalier.method.sparse.sss.StructureCases.cut;
import static io.espalier.method.sparse.sss.StructureCases.cutByZeros;
import static io.espalier.method.sparse.sss.StructureCases.factors;
import static io.espalier.method.sparse.sss.StructureCases.find;
import static io.espalier.method.sparse.sss.StructureCases.gated;
import static io.espalier.method.sparse.sss.StructureCases.layers;
import static io.espalier.method.sparse.sss.StructureCases.networks;
import static io.espalier.method.sparse.sss.StructureCases.ones;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.method.Benches;
import io.espalier.method.MethodException;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Removal, on graphs with factors that were not trained. */
class StructureRemovalTest {
  /** What is zero goes, and the smaller network computes what the gated one did. */
  @Test
  void removal_ofZeros_changesNothing() {
    SplittableRandom random = new SplittableRandom(12);
    for (Graph graph : networks()) {
      Workbench bench = Benches.of(graph, Networks.NO_SIZE);
      Structures structures = Structures.find(bench, ALL, false);
      double[] factors = factors(structures, random::nextDouble, 0.3);
      Graph folded = Folding.apply(graph, ChannelMap.of(graph), structures, factors);
      Removal removal = new Decision(bench, structures, factors, folded).removal();
      Graph cut = cut(folded, removal);
      assertArrayEquals(
          gated(graph, structures, factors), Networks.outputs(cut), 1e-6, graph.name());
      assertTrue(Cost.of(cut).macs() < Cost.of(graph).macs(), graph.name());
    }
  }

  @Test
  void removal_ofZeroChannels_takesThemAndNoOthers() {
    Graph graph = Networks.lively("resnet8");
    Workbench bench = Benches.of(graph, Networks.NO_SIZE);
    Structures channels = Structures.find(bench, Structures.kinds("channels"), false);
    double[] factors = factors(channels, new SplittableRandom(13)::nextDouble, 0.3);
    Removal removal = new Decision(bench, channels, factors, graph).removal();
    BitSet gone = removal.positions(channels, ChannelMap.of(graph));
    for (int i = 0; i < factors.length; i++) {
      assertEquals(factors[i] == 0, gone.get(i), channels.all().get(i).name());
    }
  }

  @Test
  void removal_ofABlock_leavesTheShortcut() {
    Graph graph = Networks.lively("resnet20");
    Structures blocks = find(graph, "blocks");
    double[] factors = ones(blocks, block -> block.name().equals("stage2.block0.add"));
    Graph cut = cutByZeros(graph, blocks, factors);
    assertEquals(19 - 2, layers(cut));
    assertArrayEquals(gated(graph, blocks, factors), Networks.outputs(cut), 1e-10);
  }

  @Test
  void removal_ofConvolutionGroups_takesTheirInputsAlong() {
    Graph graph = Networks.lively("resnext20");
    Structures groups = find(graph, "groups");
    double[] factors =
        ones(
            groups,
            s ->
                s instanceof Structure.Group group
                    && group.node().equals("stage1.block1.conv2")
                    && group.number() % 2 == 1);
    Graph cut = cutByZeros(graph, groups, factors);
    assertEquals(2, ((Op.Conv) cut.node("stage1.block1.conv2").orElseThrow().op()).groups());
    assertEquals(32, cut.weight("stage1.block1.conv1.weight").size(0));
    assertEquals(32, cut.weight("stage1.block1.conv3.weight").size(1));
    assertArrayEquals(gated(graph, groups, factors), Networks.outputs(cut), 1e-10);
  }

  /**
   * A block all of whose groups are dead still emits the shift of its last batch normalisation: the
   * branch goes and that constant stays.
   */
  @Test
  void removal_ofAllGroupsOfABlock_keepsWhatTheBranchEmits() {
    Graph graph = Networks.lively("resnext20");
    Structures groups = find(graph, "groups");
    double[] factors = ones(groups, s -> s.name().startsWith("stage2.block1."));
    Graph cut = cutByZeros(graph, groups, factors);
    assertEquals(layers(graph) - 3, layers(cut));
    Node add = cut.node("stage2.block1.add").orElseThrow();
    Tensor emitted =
        add.inputs().stream()
            .filter(cut.initializers()::containsKey)
            .map(cut::weight)
            .findFirst()
            .orElseThrow();
    Tensor shift = graph.weight("stage2.block1.bn3.bias");
    Tensor scale = graph.weight("stage2.block1.bn3.weight");
    Tensor mean = graph.weight("stage2.block1.bn3.running_mean");
    Tensor variance = graph.weight("stage2.block1.bn3.running_var");
    for (int c = 0; c < 512; c++) {
      double expected =
          shift.toDoubles()[c]
              - scale.toDoubles()[c]
                  * mean.toDoubles()[c]
                  / Math.sqrt(variance.toDoubles()[c] + 1e-5);
      assertEquals(expected, emitted.toDoubles()[c], 1e-6);
    }
    assertArrayEquals(gated(graph, groups, factors), Networks.outputs(cut), 1e-6);
  }

  @Test
  void removal_ofAllChannelsInABranch_keepsWhatTheBranchEmits() {
    Graph graph = Networks.lively("resnet20");
    Structures channels = find(graph, "channels");
    double[] factors = ones(channels, s -> s.name().startsWith("stage3.block1.conv1/"));
    Graph cut = cutByZeros(graph, channels, factors);
    assertEquals(19 - 2, layers(cut));
    assertArrayEquals(gated(graph, channels, factors), Networks.outputs(cut), 1e-6);
  }

  /** Outside a branch a dead layer keeps one channel, which nothing reads. */
  @Test
  void removal_ofAllChannelsOfAChain_leavesOne() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    Structures channels = find(graph, "channels");
    double[] factors = ones(channels, s -> s.name().startsWith("first/"));
    Graph cut = cutByZeros(graph, channels, factors);
    assertEquals(1, cut.weight("first.weight").size(0));
    assertArrayEquals(gated(graph, channels, factors), Networks.outputs(cut), 1e-10);
  }

  @Test
  void removal_ofBlocksForABudget_takesTheWeakest_andNoMoreThanItMust() {
    Graph graph = Networks.lively("resnet20");
    Workbench bench = Benches.of(graph, Networks.HALF);
    Structures blocks = Structures.find(bench, Structures.kinds("blocks"), false);
    double[] strengths = {0.9, 0, 0.8, 0.7, 0.1, 0.6, 0.2, 0.3, 0.5};
    Removal removal = new Decision(bench, blocks, strengths, graph).removal();
    Graph cut = cut(graph, removal);
    assertTrue(2 * Cost.of(cut).macs() <= Cost.of(graph).macs());
    List<Integer> gone = removal.positions(blocks, ChannelMap.of(graph)).stream().boxed().toList();
    // 1, 4, 6, 7 and 8 are the weakest that do; without 8 it is too little, and 6 fits back in.
    assertEquals(List.of(1, 4, 7, 8), gone);
  }

  @Test
  void removal_outOfReach_saysHowFarItGoes() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    PlanOptions tight =
        PlanOptions.of(
            new io.espalier.cost.Budget.Share(io.espalier.cost.Budget.Quantity.MACS, 0.01));
    Workbench bench = Benches.of(graph, tight);
    Structures blocks = Structures.find(bench, Structures.kinds("blocks"), false);
    Decision decision = new Decision(bench, blocks, new double[] {1}, graph);
    MethodException problem = assertThrows(MethodException.class, decision::removal);
    assertTrue(
        problem.getMessage().startsWith("budget macs=1% cannot be met by blocks alone: at least"),
        problem.getMessage());
  }
}
