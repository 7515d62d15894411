package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlignmentTest {
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  private static PlanOptions options(double share, int align, PlanOptions.Ranking ranking) {
    return PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, share))
        .withAlign(align)
        .withRanking(ranking);
  }

  private static Scores scores(ChannelMap map, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return Scores.of(map, group -> random.doubles(group.units(), 0.2, 1.8).toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20, 16",
    "resnet20, 4",
    "resnet56, 16",
    "vgg16, 16",
    "mobilenetv2, 8",
    "resnext20, 16",
    "resnet18, 32",
    "densenet40, 4"
  })
  void removal_aligned_leavesEveryChangedWidthAMultiple(String name, int align) {
    Graph graph = Zoo.build(name, 1);
    ChannelMap map = ChannelMap.of(graph);
    for (PlanOptions.Ranking ranking : PlanOptions.Ranking.values()) {
      for (int seed = 0; seed < 3; seed++) {
        Alignment.Outcome outcome =
            Alignment.removal(
                graph, map, scores(map, seed), options(0.53, align, ranking), Map.of());
        assertTrue(outcome.aligned());
        Graph cut = Surgeon.cut(graph, Plans.units(graph, map, outcome.removed()));
        assertTrue(Cost.of(cut).macs() <= 0.53 * Cost.of(graph).macs());
        assertEquals(List.of(), Alignment.unaligned(graph, cut, align));
        for (Node node : cut.nodes()) {
          if (node.op() instanceof Op.Conv) {
            long out = cut.shape(node.output()).orElseThrow().size(1);
            long before = graph.shape(node.output()).orElseThrow().size(1);
            assertTrue(out == before || out % align == 0, node.name() + " " + out);
          }
        }
      }
    }
  }

  /** Equal scores: streams and insides of blocks shrink alike, which is what runs fastest. */
  @Test
  void removal_resnet20AtBlocksOf16_takesWholeBlocksOfStreams() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    Scores equal =
        Scores.of(
            map,
            group -> {
              double[] ones = new double[group.units()];
              Arrays.fill(ones, 1);
              return ones;
            });
    Alignment.Outcome outcome =
        Alignment.removal(
            graph, map, equal, options(0.53, 16, PlanOptions.Ranking.GLOBAL), Map.of());
    Map<String, Integer> widths = new TreeMap<>();
    for (ChannelGroup group : map.groups()) {
      BitSet out = outcome.removed().getOrDefault(group.index(), new BitSet());
      widths.put(group.name(), group.units() - out.cardinality());
    }
    // Streams: 16 channels for all stages, 16 for stages 2 and 3, 32 for stage 3 alone.
    assertEquals(16, widths.get("stem.conv"));
    assertEquals(0, widths.get("stage2.block0.conv2"));
    assertEquals(16, widths.get("stage3.block0.conv2"));
    for (int block = 0; block < 3; block++) {
      assertEquals(16, widths.get("stage1.block%d.conv1".formatted(block)));
      assertEquals(16, widths.get("stage2.block%d.conv1".formatted(block)));
      assertEquals(32, widths.get("stage3.block%d.conv1".formatted(block)));
    }
  }

  /** Growth 12: whatever a layer loses, what lies behind a concatenation is no multiple of 16. */
  @Test
  void removal_whereNoWidthCanBeAligned_saysWhy() {
    Graph graph = Zoo.build("densenet40", 1);
    Alignment.Outcome outcome = removal(graph, 0.5, 16);
    assertFalse(outcome.aligned());
    assertTrue(outcome.nearest().isEmpty());
    assertEquals(
        "of 39 prunable groups 37 have no more than 16 channels,"
            + " 2 have a part in a width that is no multiple, such as a concatenation",
        outcome.obstacle());
    Graph cut = Surgeon.cut(graph, Plans.units(graph, ChannelMap.of(graph), outcome.removed()));
    assertTrue(Cost.of(cut).macs() <= 0.5 * Cost.of(graph).macs());
    assertFalse(Alignment.unaligned(graph, cut, 16).isEmpty());
  }

  /** Every width can go down to one block and no further, which is above the budget. */
  @ParameterizedTest
  @CsvSource({"resnet20, 8, 0.05", "vgg16, 64, 0.01", "mobilenetv2, 24, 0.06"})
  void removal_budgetBelowEveryAlignedNetwork_namesTheNearest(
      String name, int align, double share) {
    Graph graph = Zoo.build(name, 1);
    ChannelMap map = ChannelMap.of(graph);
    Alignment.Outcome outcome = removal(graph, share, align);
    assertFalse(outcome.aligned());
    assertEquals("", outcome.obstacle());
    Graph cut = Surgeon.cut(graph, Plans.units(graph, map, outcome.removed()));
    assertTrue(Cost.of(cut).macs() <= share * Cost.of(graph).macs());
    Alignment.Nearest nearest = outcome.nearest().orElseThrow();
    Graph aligned = Surgeon.cut(graph, Plans.units(graph, map, nearest.removed()));
    assertEquals(List.of(), Alignment.unaligned(graph, aligned, align));
    assertEquals(Cost.of(aligned).macs(), nearest.macs());
    assertTrue(nearest.macs() > share * Cost.of(graph).macs());
    assertTrue(nearest.macs() < Cost.of(graph).macs());
  }

  /** What an earlier step left unaligned, a later one cannot call aligned. */
  @Test
  void removal_afterAnUnalignedStep_namesNoNearest() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    BitSet three = new BitSet();
    three.set(0, 3);
    Map<Integer, BitSet> gone = Map.of(map.group("stem.conv").orElseThrow().index(), three);
    Scores stay =
        Scores.of(
            map,
            group -> {
              double[] scores = new double[group.units()];
              Arrays.fill(scores, group.name().equals("stem.conv") ? INFINITE : 1);
              return scores;
            });
    PlanOptions options = options(0.04, 16, PlanOptions.Ranking.GLOBAL);
    Alignment.Outcome outcome = Alignment.removal(graph, map, stay, options, gone);
    assertFalse(outcome.aligned());
    assertTrue(outcome.nearest().isEmpty());
    assertTrue(outcome.obstacle().contains("earlier step"), outcome.obstacle());
  }

  private static Alignment.Outcome removal(Graph graph, double share, int align) {
    ChannelMap map = ChannelMap.of(graph);
    PlanOptions options = options(share, align, PlanOptions.Ranking.GLOBAL);
    return Alignment.removal(graph, map, scores(map, 1), options, Map.of());
  }

  @Test
  void removal_alignedInSteps_staysAligned() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    Map<Integer, BitSet> removed = Map.of();
    for (double share : new double[] {0.8, 0.65, 0.53}) {
      Alignment.Outcome outcome =
          Alignment.removal(
              graph, map, scores(map, 1), options(share, 16, PlanOptions.Ranking.GLOBAL), removed);
      assertTrue(outcome.aligned());
      removed = outcome.removed();
    }
    Graph cut = Surgeon.cut(graph, Plans.units(graph, map, removed));
    assertEquals(List.of(), Alignment.unaligned(graph, cut, 16));
  }
}
