package io.espalier.method.sparse.sss;

import static io.espalier.method.sparse.sss.StructureCases.ALL;
import static io.espalier.method.sparse.sss.StructureCases.cut;
import static io.espalier.method.sparse.sss.StructureCases.factors;
import static io.espalier.method.sparse.sss.StructureCases.find;
import static io.espalier.method.sparse.sss.StructureCases.gated;
import static io.espalier.method.sparse.sss.StructureCases.networks;
import static io.espalier.method.sparse.sss.StructureCases.ones;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.method.Benches;
import io.espalier.method.MethodException;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Structures, gates and folding, on graphs with factors that were not trained. */
class StructuresTest {
  private static int count(Structures structures, Structure.Kind kind) {
    return structures.of(kind).cardinality();
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
}
