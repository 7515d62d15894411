package io.espalier.method.sparse.sss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import io.espalier.method.Benches;
import io.espalier.method.MethodException;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Surgeon;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Structures, gates, folding and removal, on graphs with factors that were not trained. */
class StructuresTest {
  private static final Set<Structure.Kind> ALL = Structures.kinds("all");

  private static Structures find(Graph graph, String kinds) {
    return Structures.find(Benches.of(graph, Networks.NO_SIZE), Structures.kinds(kinds), false);
  }

  private static int count(Structures structures, Structure.Kind kind) {
    return structures.of(kind).cardinality();
  }

  /** Factors that are powers of two, which float32 weights take without rounding, and zeros. */
  private static double[] factors(Structures structures, DoubleSupplier draw, double zeros) {
    return factors(structures, draw, zeros, 0.25, 0.5, 1, 2);
  }

  private static double[] factors(
      Structures structures, DoubleSupplier draw, double zeros, double... values) {
    double[] factors = new double[structures.count()];
    Arrays.setAll(
        factors,
        i -> draw.getAsDouble() < zeros ? 0 : values[(int) (draw.getAsDouble() * values.length)]);
    return factors;
  }

  private static Graph cut(Graph folded, Removal removal) {
    List<PlanEntry> entries = removal.entries(ChannelMap.of(folded));
    return Surgeon.cut(folded, PruningPlan.of(folded, entries));
  }

  private static double[] gated(Graph graph, Structures structures, double[] factors) {
    Gates gates = new Gates(graph, ChannelMap.of(graph), structures);
    return Networks.outputs(gates.graph(), gates.taps(factors));
  }

  /** Tiny networks of every shape and those of the zoo with all kinds of structures. */
  static List<Graph> networks() {
    List<Graph> graphs = new ArrayList<>();
    for (TinyNetworks.Kind kind : TinyNetworks.Kind.values()) {
      graphs.add(TinyNetworks.of(kind, true));
      graphs.add(TinyNetworks.of(kind, false));
    }
    List.of("resnet8", "resnext20", "resnet20", "mobilenetv2").stream()
        .map(Networks::lively)
        .forEach(graphs::add);
    graphs.add(sharing());
    return graphs;
  }

  /** Two layers that read the same channels with one weight. */
  private static Graph sharing() {
    SplittableRandom random = new SplittableRandom(15);
    Op conv = new Op.Conv(Window.square(2, 3, 1, 1), 1);
    GraphBuilder builder = new GraphBuilder("sharing");
    builder.input("images", ValueType.floats(2, 1, 6, 6));
    builder.initializer("first.weight", uniform(random, 4, 1, 3, 3));
    builder.initializer("shared", uniform(random, 3, 4, 3, 3));
    builder.initializer("last.weight", uniform(random, 3, 6));
    builder.add("first", conv, "images", "first.weight");
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "first");
    builder.add("tanh", new Op.Elementwise(Pointwise.TANH), "relu");
    builder.add("left", conv, "relu", "shared");
    builder.add("right", conv, "tanh", "shared");
    builder.add("both", new Op.Concat(1), "left", "right");
    builder.add("pool", new Op.GlobalPool(false), "both");
    builder.add("flat", new Op.Flatten(1), "pool");
    builder.add("logits", new Op.Gemm(1, 1, false, true), "flat", "last.weight");
    return builder.output(new Port("logits", ValueType.floats(2, 3))).build();
  }

  private static Tensor uniform(SplittableRandom random, int... shape) {
    double[] values = random.doubles(Tensor.elements(shape), -0.5, 0.5).toArray();
    return Tensor.of(DataType.FLOAT, shape, values);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet8, 3, 0",
    "resnet20, 9, 0",
    "resnext20, 6, 24",
    "densenet40, 0, 0",
    "lenet, 0, 0"
  })
  void find_takesWhatResidualAddsAndGroupedConvolutionsSay(String net, int blocks, int groups) {
    Graph graph = Networks.lively(net.equals("lenet") ? "m-cifarnet" : net);
    Structures all = find(graph, "all");
    assertEquals(blocks, count(all, Structure.Kind.BLOCK));
    assertEquals(groups, count(all, Structure.Kind.GROUP));
    assertEquals(ChannelMap.of(graph).units(), count(all, Structure.Kind.CHANNEL));
  }

  @Test
  void find_blocks_areTheDeepSidesOfTheirAdds() {
    for (Structure structure : find(Networks.lively("resnext20"), "blocks").all()) {
      Structure.Block block = (Structure.Block) structure;
      assertTrue(block.branch().value().endsWith("bn3"), block.branch().value());
      assertFalse(block.branch().nodes().stream().anyMatch(name -> name.contains("shortcut")));
      assertEquals(8, block.branch().nodes().size(), "three layers with what follows each");
    }
  }

  @Test
  void find_whatIsFrozenOrAStream_bearsNoFactor() {
    Graph graph = Networks.lively("resnet20");
    PlanOptions options =
        Networks.NO_SIZE
            .withFreeze(List.of("stage1.block0.conv1", "stage2.block1.*"))
            .withScope(PlanOptions.Scope.BRANCHES);
    Structures found = Structures.find(Benches.of(graph, options), ALL, false);
    assertEquals(7, count(found, Structure.Kind.BLOCK));
    assertEquals(2 * 16 + 2 * 32 + 3 * 64, count(found, Structure.Kind.CHANNEL));
  }

  @Test
  void find_nothing_saysWhatWasLookedFor() {
    Workbench bench = Benches.of(Networks.lively("resnet8"), Networks.NO_SIZE);
    Set<Structure.Kind> groups = Structures.kinds("groups");
    MethodException problem =
        assertThrows(MethodException.class, () -> Structures.find(bench, groups, false));
    assertTrue(problem.getMessage().contains("has no [group] that could go"), problem.getMessage());
  }

  @Test
  void fold_isWhatTheGatesCompute() {
    SplittableRandom random = new SplittableRandom(11);
    for (Graph graph : networks()) {
      Structures structures = find(graph, "all");
      double[] factors = factors(structures, random::nextDouble, 0.2);
      double[] expected = gated(graph, structures, factors);
      Graph folded = Folding.apply(graph, ChannelMap.of(graph), structures, factors);
      assertArrayEquals(expected, Networks.outputs(folded), 1e-10, graph.name());
      assertEquals(graph.nodes(), folded.nodes());
    }
  }

  @Test
  void fold_ofFactorsBelowZero_isWhatTheGatesCompute() {
    SplittableRandom random = new SplittableRandom(14);
    for (Graph graph : networks()) {
      Structures structures = Structures.find(Benches.of(graph, Networks.NO_SIZE), ALL, true);
      double[] factors = factors(structures, random::nextDouble, 0.1, -0.5, 0.5, -2, 1);
      Graph folded = Folding.apply(graph, ChannelMap.of(graph), structures, factors);
      assertArrayEquals(
          gated(graph, structures, factors), Networks.outputs(folded), 1e-10, graph.name());
    }
  }

  @Test
  void fold_ofOnes_isTheNetworkItself() {
    for (Graph graph : networks()) {
      Structures structures = find(graph, "all");
      double[] ones = new double[structures.count()];
      Arrays.fill(ones, 1);
      assertEquals(graph, Folding.apply(graph, ChannelMap.of(graph), structures, ones));
      assertArrayEquals(Networks.outputs(graph), gated(graph, structures, ones), 1e-12);
    }
  }

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

  /** Gates of a sigmoid end at 0 or 1; shut for good or cut out is the same. */
  @Test
  void hardGates_areSurgery_andSharpGatesComeClose() {
    Graph graph = Networks.lively("resnext20");
    Workbench bench = Benches.of(graph, Networks.NO_SIZE);
    Structures structures = Structures.find(bench, ALL, false);
    SigmoidFactors factors =
        new SigmoidFactors(
            structures.count(),
            new SigmoidFactors.Options(SigmoidFactors.Penalty.SUM, 0, 0.5, 1, 400, 0.95, 1, 0.9));
    factors.begin(50);
    double[] first = factors.ahead();
    SplittableRandom random = new SplittableRandom(15);
    double[] wish = random.doubles(structures.count(), -100, 200).toArray();
    for (int step = 0; step < 50; step++) {
      factors.step(wish, 0.1);
    }
    double[] hard = factors.settled();
    long shut = Arrays.stream(hard).filter(gate -> gate == 0).count();
    assertTrue(shut > 0.3 * hard.length && shut < 0.7 * hard.length, shut + " shut");
    Graph folded = Folding.apply(graph, ChannelMap.of(graph), structures, hard);
    Removal removal = new Decision(bench, structures, factors.strengths(), folded).removal();
    double[] small = Networks.outputs(cut(folded, removal));
    assertArrayEquals(gated(graph, structures, hard), small, 1e-6);
    assertArrayEquals(gated(graph, structures, factors.ahead()), small, 1e-6);
    double before = Math.abs(gated(graph, structures, first)[0] - small[0]);
    assertTrue(before > 1e-3, "open gates are far from it: " + before);
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

  /**
   * The paper's factors stand between batch normalisation and ReLU. For factors of 0 or more that
   * is the function that gates at the readers compute, and the gradients are the same.
   */
  @ParameterizedTest
  @EnumSource(
      value = TinyNetworks.Kind.class,
      names = {"CHAIN", "GROUPED"})
  void gates_atReaders_areFactorsBetweenNormAndActivation(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    Structures channels = find(graph, "channels");
    Gates gates = new Gates(graph, ChannelMap.of(graph), channels);
    float[] factors = new float[channels.count()];
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < factors.length; i++) {
      factors[i] = i % 5 == 0 ? 0 : (float) random.nextDouble(0.1, 2);
    }
    double[][] atReaders = slopes(gates.graph(), factors, gates::taps);
    double[][] inside = slopes(graph, factors, StructuresTest::betweenNormAndActivation);
    assertArrayEquals(inside[0], atReaders[0], 1e-12);
    for (int i = 0; i < factors.length; i++) {
      // At zero, where ReLU has no slope, the two may differ.
      if (factors[i] > 0) {
        assertEquals(inside[1][i], atReaders[1][i], 1e-5);
      }
    }
  }

  private static Taps betweenNormAndActivation(DeviceTensor factors) {
    DeviceTensor first = factors.narrow(0, 0, 8).reshape(1, 8, 1, 1);
    DeviceTensor second = factors.narrow(0, 8, 12).reshape(1, 12, 1, 1);
    return Taps.of(
        Map.of(
            "first.norm", x -> x.mul(first.to(x.type())),
            "second.norm", x -> x.mul(second.to(x.type()))));
  }

  /** The outputs, and the gradient of the sum of their squares with respect to the factors. */
  private static double[][] slopes(
      Graph graph, float[] factors, java.util.function.Function<DeviceTensor, Taps> taps) {
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, NetOptions.exact())) {
      double[] pixels = new SplittableRandom(4).doubles(72, -1, 1).toArray();
      DeviceTensor images =
          DeviceTensor.of(
              Tensor.of(io.espalier.graph.DataType.DOUBLE, new int[] {2, 1, 6, 6}, pixels));
      DeviceTensor live = DeviceTensor.of(factors, factors.length).requiresGrad(true);
      DeviceTensor output = net.forward(images, Mode.TRAIN, taps.apply(live));
      output.square().sum().backward();
      return new double[][] {output.toDoubles(), live.grad().toDoubles()};
    }
  }

  /** A stream that passes a reader by is not multiplied on its way. */
  @Test
  void gates_onAStream_standAtItsReadersOnly() {
    GraphBuilder builder = GraphBuilder.from(TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true));
    Graph graph = builder.build();
    Gates gates = new Gates(graph, ChannelMap.of(graph), find(graph, "channels"));
    Node sum = gates.graph().node("sum").orElseThrow();
    assertEquals(graph.node("sum").orElseThrow().inputs(), sum.inputs());
    long added =
        gates.graph().nodes().stream()
            .filter(node -> node.op() instanceof Op.Elementwise e && e.kind() == Pointwise.IDENTITY)
            .count();
    assertEquals(3, added, "two convolutions and the classifier read");
  }

  private static double[] ones(Structures structures, Predicate<Structure> zero) {
    return structures.all().stream().mapToDouble(s -> zero.test(s) ? 0 : 1).toArray();
  }

  private static Graph cutByZeros(Graph graph, Structures structures, double[] factors) {
    Workbench bench = Benches.of(graph, Networks.NO_SIZE);
    Graph folded = Folding.apply(graph, ChannelMap.of(graph), structures, factors);
    return cut(folded, new Decision(bench, structures, factors, folded).removal());
  }

  private static long layers(Graph graph) {
    return graph.nodes().stream().filter(node -> node.op() instanceof Op.Conv).count();
  }
}
