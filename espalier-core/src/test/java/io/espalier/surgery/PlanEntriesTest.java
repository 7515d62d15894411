package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Cost;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.proof.Proof;
import io.espalier.proof.ProofResult;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every kind of plan entry: what it removes, and that mask and cut agree on it. */
class PlanEntriesTest {
  private static Graph proved(Graph graph, PlanEntry... entries) {
    PruningPlan plan = PruningPlan.of(graph, List.of(entries));
    Graph cut = Surgeon.cut(graph, PlanFile.fromJson(PlanFile.toJson(plan)));
    ProofResult proof = Proof.onRandomInputs(graph, plan, cut, 3);
    assertTrue(proof.passed(), proof.toString());
    return cut;
  }

  /** A network of the zoo whose batch normalisations are no identities. */
  private static Graph lively(String name) {
    Graph graph = Zoo.build(name, 5);
    SplittableRandom random = new SplittableRandom(9);
    Map<String, Tensor> changed = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm) {
        for (int i = 1; i < 5; i++) {
          Tensor old = graph.weight(node.input(i));
          double[] values = random.doubles(old.elements(), 0.5, 1.5).toArray();
          changed.put(node.input(i), old.withValues(values));
        }
      }
    }
    return graph.withWeights(changed);
  }

  private static Node lastAdd(Graph graph) {
    return graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.Elementwise && n.op().label().equals("Add"))
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  @Test
  void selection_beforeFirstConvolution_readsFewerChannelsOfAWholeStream() {
    Graph graph = lively("resnet20");
    String consumer = "stage2.block1.conv1";
    List<Integer> keep = List.of(0, 3, 4, 9, 17, 30, 31);
    PlanEntry entry = Plans.selection(ChannelMap.of(graph), consumer, 1, keep);
    Graph cut = proved(graph, entry);
    Node node = cut.node(consumer).orElseThrow();
    assertEquals(7, cut.weight(node.input(1)).size(1));
    assertEquals(7, cut.shape(node.input(0)).orElseThrow().size(1));
    String stream = graph.node(consumer).orElseThrow().input(0);
    assertEquals(graph.shape(stream), cut.shape(stream), "the stream stays whole");
  }

  @Test
  void scatter_behindLastBatchNorm_computesFewerChannelsOfAWholeStream() {
    Graph graph = lively("resnet20");
    Node add = lastAdd(graph);
    Map<String, Node> producers = graph.producers();
    String branch =
        add.inputs().stream()
            .filter(x -> producers.get(x).op() instanceof Op.BatchNorm)
            .findFirst()
            .orElseThrow();
    List<Integer> removed = IntStream.range(0, 64).filter(i -> i % 3 == 0).boxed().toList();
    Graph cut = proved(graph, Plans.scatter(graph, branch, 1, removed));
    Node norm = producers.get(branch);
    assertEquals(64 - 22, cut.weight(norm.input(1)).size(0));
    assertEquals(graph.shape(branch), cut.shape(branch));
    assertTrue(Cost.of(cut).macs() < Cost.of(graph).macs());
  }

  @Test
  void scatter_ofANetworkOutput_isZeroThereToo() {
    GraphBuilder builder = new GraphBuilder("test");
    builder.input("x", ValueType.floats(1, 3, 4, 4));
    double[] ones = new double[8 * 3];
    Arrays.fill(ones, 1);
    builder.initializer("w", Tensor.of(DataType.FLOAT, new int[] {8, 3, 1, 1}, ones));
    builder.add("y", new Op.Conv(Window.square(2, 1, 1, 0), 1), "x", "w");
    builder.add("z", new Op.Elementwise(Pointwise.RELU), "y");
    builder.output(new Port("y", ValueType.floats(1, 8, 4, 4)));
    builder.output(new Port("z", ValueType.floats(1, 8, 4, 4)));
    Graph graph = builder.build();
    Graph cut = proved(graph, Plans.scatter(graph, "y", 1, List.of(0, 5)));
    assertEquals(6, cut.weight("w").size(0));
  }

  @Test
  void branch_ofAResidualAdd_takesItsLayersAlong() {
    Graph graph = lively("resnet20");
    Node add = lastAdd(graph);
    Map<String, Node> producers = graph.producers();
    int branch = producers.get(add.input(0)).op() instanceof Op.BatchNorm ? 0 : 1;
    Graph cut = proved(graph, new PlanEntry.Branch(add.name(), branch));
    long convolutions = cut.nodes().stream().filter(n -> n.op() instanceof Op.Conv).count();
    assertEquals(19 - 2, convolutions);
  }

  @Test
  void branch_withUnitsOfItsStream_bothGo() {
    Graph graph = lively("resnet20");
    Node add = lastAdd(graph);
    int branch = graph.producers().get(add.input(0)).op() instanceof Op.BatchNorm ? 0 : 1;
    ChannelMap map = ChannelMap.of(graph);
    Map<Integer, BitSet> removed = new HashMap<>();
    map.groups().stream()
        .filter(group -> group.units() > 4)
        .forEach(group -> removed.put(group.index(), BitSet.valueOf(new long[] {0b1010})));
    List<PlanEntry> entries = new java.util.ArrayList<>(Plans.unitEntries(map, removed));
    entries.add(new PlanEntry.Branch(add.name(), branch));
    proved(graph, entries.toArray(PlanEntry[]::new));
  }

  @Test
  void branch_thatStillEmits_leavesItsConstants() {
    Graph graph = lively("resnet20");
    Node add = lastAdd(graph);
    int branch = graph.producers().get(add.input(0)).op() instanceof Op.BatchNorm ? 0 : 1;
    List<Double> constants =
        IntStream.range(0, 64).mapToObj(channel -> 0.25 * channel - 3).toList();
    PlanEntry.Branch entry = new PlanEntry.Branch(add.name(), branch, constants);
    Graph cut = proved(graph, entry);
    Tensor emitted = cut.weight(cut.node(add.name()).orElseThrow().input(branch));
    assertEquals(List.of(1, 64, 1, 1), Arrays.stream(emitted.shape()).boxed().toList());
    assertEquals(-2.75f, emitted.toFloats()[1]);
    ChannelMap map = ChannelMap.of(graph);
    Map<Integer, BitSet> removed = map.unitsOf(add.output(), 1, List.of(1, 3));
    List<PlanEntry> both = new java.util.ArrayList<>(Plans.unitEntries(map, removed));
    both.add(entry);
    Graph narrower = proved(graph, both.toArray(PlanEntry[]::new));
    Tensor left = narrower.weight(narrower.node(add.name()).orElseThrow().input(branch));
    assertEquals(62, left.elements());
    assertEquals(-2.5f, left.toFloats()[1]);
    PlanEntry wrong = new PlanEntry.Branch(add.name(), branch, List.of(1.0));
    PruningPlan plan = PruningPlan.of(graph, List.of(wrong));
    assertThrows(PlanException.class, () -> Surgeon.cut(graph, plan));
  }

  @Test
  void branch_ofAnOlderPlanFile_emitsNothing() {
    String json = "{\"kind\":\"branch\",\"node\":\"sum\",\"input\":1}";
    String plan = "{\"format\":1,\"digest\":\"0\",\"entries\":[%s]}".formatted(json);
    assertEquals(List.of(new PlanEntry.Branch("sum", 1)), PlanFile.fromJson(plan).entries());
  }

  @Test
  void convolutionGroups_ofResNeXt_goWithTheirInputsAndOutputs() {
    Graph graph = lively("resnext20");
    Node grouped =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.Conv conv && conv.groups() > 1)
            .findFirst()
            .orElseThrow();
    int groups = ((Op.Conv) grouped.op()).groups();
    ChannelMap map = ChannelMap.of(graph);
    Graph cut = proved(graph, Plans.convolutionGroups(map, grouped.name(), List.of(1)));
    Op.Conv left = (Op.Conv) cut.node(grouped.name()).orElseThrow().op();
    assertEquals(groups - 1, left.groups());
    Tensor before = graph.weight(grouped.input(1));
    Tensor after = cut.weight(grouped.input(1));
    assertEquals(before.size(0) / groups * (groups - 1), after.size(0));
    assertEquals(before.size(1), after.size(1));
  }

  @Test
  void weightMask_zeroesElements_andCutsNothing() {
    Graph graph = lively("lenet");
    String weight = graph.nodes().getFirst().input(1);
    BitSet zeros = new BitSet();
    zeros.set(0);
    zeros.set(7);
    zeros.set(499);
    String bits = Base64.getEncoder().encodeToString(zeros.toByteArray());
    Graph cut = proved(graph, new PlanEntry.WeightMask(weight, bits));
    assertEquals(Cost.of(graph).macs(), Cost.of(cut).macs());
    assertEquals(0, cut.weight(weight).toFloats()[7]);
    assertEquals(graph.weight(weight).toFloats()[8], cut.weight(weight).toFloats()[8]);
  }

  @Test
  void constants_ofRemovedChannels_areFoldedIntoAnUnpaddedConsumer() {
    Graph graph = lively("lenet");
    ChannelMap map = ChannelMap.of(graph);
    Map<Integer, BitSet> removed = new HashMap<>();
    map.groups().forEach(g -> removed.put(g.index(), BitSet.valueOf(new long[] {0b10110})));
    List<PlanEntry> entries =
        Plans.unitEntries(map, removed).stream().map(PlanEntriesTest::emitting).toList();
    proved(graph, entries.toArray(PlanEntry[]::new));
  }

  /** The linear layer behind all concatenations reads channels of every group. */
  @Test
  void constants_ofManyGroups_areFoldedIntoOneConsumer() {
    Graph graph = lively("densenet40");
    ChannelMap map = ChannelMap.of(graph);
    String linear =
        graph.nodes().stream().filter(n -> n.op() instanceof Op.Gemm).findFirst().get().name();
    Map<Integer, BitSet> removed = new HashMap<>();
    map.groups().forEach(g -> removed.put(g.index(), BitSet.valueOf(new long[] {0b1010})));
    List<PlanEntry> entries =
        Plans.unitEntries(map, removed).stream()
            .map(units -> emitting(units, read -> read.node().equals(linear)))
            .toList();
    Graph cut = proved(graph, entries.toArray(PlanEntry[]::new));
    assertEquals(graph.nodes().size(), cut.nodes().size());
  }

  @Test
  void constants_beforeAPaddedConvolution_areRefused() {
    Graph graph = lively("resnet20");
    ChannelMap map = ChannelMap.of(graph);
    Map<Integer, BitSet> removed = Map.of(1, BitSet.valueOf(new long[] {1}));
    List<PlanEntry> entries =
        Plans.unitEntries(map, removed).stream().map(PlanEntriesTest::emitting).toList();
    PruningPlan plan = PruningPlan.of(graph, entries);
    PlanException e = assertThrows(PlanException.class, () -> Surgeon.cut(graph, plan));
    assertTrue(e.getMessage().contains("pads its input"), e.getMessage());
  }

  private static PlanEntry emitting(PlanEntry.Units units) {
    return emitting(units, read -> true);
  }

  private static PlanEntry emitting(PlanEntry.Units units, Predicate<PlanEntry.Read> which) {
    List<PlanEntry.Read> reads =
        units.reads().stream().map(r -> which.test(r) ? emitting(r) : r).toList();
    return new PlanEntry.Units(units.group(), units.units(), units.parts(), reads);
  }

  private static PlanEntry.Read emitting(PlanEntry.Read read) {
    List<Double> constants = read.indices().stream().map(i -> 0.5 + 0.01 * (i % 7)).toList();
    return new PlanEntry.Read(read.node(), read.input(), read.space(), read.indices(), constants);
  }

  @Test
  void cut_positionsOutsideTheNetwork_areRefusedByName() {
    Graph graph = lively("resnet20");
    Node conv =
        graph.nodes().stream().filter(n -> n.op() instanceof Op.Conv).skip(1).findFirst().get();
    String value = conv.input(0);
    List<PlanEntry> wrong =
        List.of(
            new PlanEntry.Scatter(value, 1, List.of(16), 16, List.of()),
            new PlanEntry.Scatter(value, 1, List.of(-1), 16, List.of()),
            new PlanEntry.Scatter(value, 9, List.of(1), 16, List.of()),
            new PlanEntry.Scatter(value, 1, List.of(1), Integer.MAX_VALUE, List.of()),
            new PlanEntry.Selection(conv.name(), 7, 1, List.of(1), 16),
            new PlanEntry.Selection(conv.name(), 0, 1, List.of(99), 16),
            new PlanEntry.WeightMask(conv.input(1), zeros(graph.weight(conv.input(1)).elements())));
    for (PlanEntry entry : wrong) {
      PruningPlan plan = PruningPlan.of(graph, List.of(entry));
      assertThrows(PlanException.class, () -> Surgeon.cut(graph, plan), entry.toString());
    }
  }

  /** A mask of one element. */
  private static String zeros(int element) {
    BitSet bits = new BitSet();
    bits.set(element);
    return Base64.getEncoder().encodeToString(bits.toByteArray());
  }

  @Test
  void cut_planOfAnotherNetwork_isRefused() {
    Graph graph = lively("lenet");
    PruningPlan plan = PruningPlan.of(Zoo.build("lenet", 1), List.of());
    PlanException e = assertThrows(PlanException.class, () -> Surgeon.cut(graph, plan));
    assertTrue(e.getMessage().contains("made for another network"), e.getMessage());
  }

  @Test
  void cut_planThatNamesPartOfAUnit_isRefused() {
    Graph graph = lively("resnet20");
    ChannelMap map = ChannelMap.of(graph);
    Map<Integer, BitSet> removed = Map.of(1, BitSet.valueOf(new long[] {0b11}));
    PlanEntry.Units whole = Plans.unitEntries(map, removed).getFirst();
    PlanEntry.Part part = whole.parts().getFirst();
    PlanEntry.Part less = new PlanEntry.Part(part.initializer(), part.space(), List.of(0));
    List<PlanEntry.Part> parts = new java.util.ArrayList<>(whole.parts());
    parts.set(0, less);
    PlanEntry.Units torn = new PlanEntry.Units(whole.group(), whole.units(), parts, whole.reads());
    PruningPlan plan = PruningPlan.of(graph, List.of(torn));
    PlanException e = assertThrows(PlanException.class, () -> Surgeon.cut(graph, plan));
    assertTrue(e.getMessage().contains("leaves out position"), e.getMessage());
  }

  @Test
  void cut_nothing_isTheNetworkItself() {
    Graph graph = lively("densenet40");
    assertEquals(graph, Surgeon.cut(graph, PruningPlan.of(graph, List.of())));
  }
}
