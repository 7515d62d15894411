package io.espalier.method.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Pointwise;
import io.espalier.method.Benches;
import io.espalier.method.PruneResult;
import io.espalier.method.TinyNetworks;
import io.espalier.method.TinyNetworks.Kind;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Surgeon;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Sgd;
import io.espalier.torch.TorchNet;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IstaTest {
  /** A training that moves no weight. */
  private static final Map<String, String> STILL =
      Map.of("epochs", "1", "learning-rate", "1e-30", "reach", "0");

  @TempDir Path path;

  // The proximal step

  @Test
  void softThreshold_isTheMinimumThatItStandsFor() {
    SplittableRandom random = new SplittableRandom(1);
    float[] x = new float[400];
    float[] a = new float[400];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(-2, 2);
      a[i] = i % 7 == 0 ? 0 : (float) random.nextDouble(0, 1.5);
    }
    try (Scope scope = Scope.open()) {
      float[] s =
          ProximalScales.softThreshold(DeviceTensor.of(x, x.length), DeviceTensor.of(a, a.length))
              .toFloats();
      int zeros = 0;
      for (int i = 0; i < x.length; i++) {
        assertEquals(x[i] - Math.clamp(x[i], -a[i], a[i]), s[i], 1e-6);
        // 0 lies in s - x + a d|s|, where d|s| is the sign, or all of [-1, 1] at zero.
        if (s[i] == 0) {
          zeros++;
          assertTrue(Math.abs(x[i]) <= a[i]);
        } else {
          assertEquals(0, s[i] - x[i] + a[i] * Math.signum(s[i]), 1e-6);
        }
      }
      assertTrue(zeros > 50 && zeros < 350, "zeros: " + zeros);
    }
  }

  /** By hand: rate 0.1, rho 0.5, costs 1, 2, 4 and 0, gradients 2, 1, -1 and 3, two steps. */
  @Test
  void steps_haveNoMomentumAndNoDecay_andEndAtExactZeros() {
    Graph graph = TinyNetworks.pair(new float[][] {{1}, {1}, {1}, {1}}, 1, 0.2f, -0.5f, 0.25f);
    ProximalScales hook = new ProximalScales(0.5, Map.of("scale", new double[] {1, 2, 4, 0}));
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact());
        Sgd sgd = new Sgd(net.parameters(), new Sgd.Options(0.9, true), name -> 0.1);
        Scope scope = Scope.open()) {
      DeviceTensor scale = net.parameters().get("scale");
      DeviceTensor slope = DeviceTensor.of(new float[] {2, 1, -1, 3}, 4);
      double[][] expected = {{0.75, 0, -0.2, -0.05}, {0.5, 0, 0, -0.35}};
      for (double[] after : expected) {
        sgd.zeroGrad();
        scale.mul(slope).sum().backward();
        hook.afterBackward(Nets.step(net, 0.1));
        sgd.step(0.1);
        hook.afterStep(Nets.step(net, 0.1));
        assertArrayEquals(after, scale.toDoubles(), 1e-7);
      }
      assertEquals(0, scale.toDoubles()[1], 0);
      assertEquals(0, scale.toDoubles()[2], 0);
    }
  }

  @Test
  void memoryCost_byHand() {
    // 5x5 images. A channel: 9 weights make it, 2 x 9 read it, 25 pixels.
    Graph graph = Nets.two(Pointwise.RELU, 1, true);
    Map<String, double[]> costs = MemoryCost.of(graph, ChannelMap.of(graph));
    double first = (9 + 18 + 25) / 25.0;
    assertArrayEquals(new double[] {first, first, first}, costs.get("first.scale"), 1e-12);
    // 27 weights make it, one reads it.
    double second = (27 + 1 + 25) / 25.0;
    assertArrayEquals(new double[] {second, second}, costs.get("second.scale"), 1e-12);
  }

  // Rescaling

  @ParameterizedTest
  @EnumSource(Kind.class)
  void rescaling_leavesTheOutputsUnchanged_andIsUndone(Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    ChannelMap map = ChannelMap.of(graph);
    Probe probe = Probe.of(Benches.of(graph));
    Set<Integer> groups = Rescaling.neutral(graph, map, Rescaling.normalised(map), probe);
    assertEquals(Rescaling.normalised(map), groups);
    Graph scaled = Rescaling.of(graph, map, groups, 0.01);
    assertNotEquals(graph.initializers(), scaled.initializers());
    assertArrayEquals(Nets.run(graph, 1), Nets.run(scaled, 1), 1e-6);
    Graph back = Rescaling.of(scaled, map, groups, 100);
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.type().isReal()) {
                assertArrayEquals(tensor.toDoubles(), back.weight(name).toDoubles(), 1e-6, name);
              }
            });
  }

  @ParameterizedTest
  @EnumSource(
      value = Pointwise.class,
      names = {"RELU", "SIGMOID", "TANH"})
  void rescaling_acrossABend_isSeen(Pointwise act) {
    Graph graph = Nets.two(act, 1, true);
    ChannelMap map = ChannelMap.of(graph);
    Probe probe = probe(graph);
    Set<Integer> groups = Rescaling.neutral(graph, map, Set.of(0), probe);
    assertEquals(act == Pointwise.RELU ? Set.of(0) : Set.of(), groups);
  }

  private static Probe probe(Graph graph) {
    float[] pixels = new float[50];
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    return new Probe(pixels, 2, 1, 5, 5);
  }

  // Absorption

  private static final Map<Integer, BitSet> SECOND = Map.of(0, BitSet.valueOf(new long[] {0b010}));

  private static Absorption.Result absorbed(Graph graph) {
    Workbench bench = Benches.of(graph);
    List<PlanEntry> entries = bench.unitEntries(SECOND);
    Map<String, Probe.Range> ranges = probe(graph).ranges(graph, Absorption.reads(graph, entries));
    return Absorption.of(graph, bench.channels(), entries, ranges);
  }

  private static Graph emitting(int pad) {
    Graph graph = Nets.two(Pointwise.RELU, pad, true);
    return Nets.with(
        graph,
        Map.of(
            "first.scale",
            new float[] {0.5f, 0, -0.7f},
            "first.shift",
            new float[] {0.1f, 0.7f, 0.3f}));
  }

  @Test
  void absorption_withoutPadding_isExact() {
    Graph graph = emitting(0);
    Absorption.Result result = absorbed(graph);
    assertEquals(1, result.folded());
    assertEquals(0, result.moved() + result.dropped());
    PlanEntry.Units units = (PlanEntry.Units) result.entries().getFirst();
    assertEquals(0.7, units.reads().getFirst().constants().getFirst(), 1e-7);
    Graph cut = Surgeon.cut(result.graph(), PruningPlan.of(result.graph(), result.entries()));
    assertEquals(2, cut.weight("first.weight").size(0));
    assertEquals(3, cut.node("second").orElseThrow().inputs().size());
    assertEquals(graph.nodes().size(), cut.nodes().size());
    assertArrayEquals(Nets.run(graph, 4), Nets.run(cut, 4), 1e-6);
    // Without the constant the outputs are others.
    Graph bare = Surgeon.cut(graph, PruningPlan.of(graph, Benches.of(graph).unitEntries(SECOND)));
    assertTrue(Math.abs(Nets.run(bare, 4)[0] - Nets.run(graph, 4)[0]) > 0.01);
  }

  @Test
  void absorption_withPadding_isExactInside_andOnlyThere() {
    Graph graph = emitting(1);
    Absorption.Result result = absorbed(graph);
    assertEquals(1, result.moved());
    assertEquals(0, result.folded() + result.dropped());
    Graph cut = Surgeon.cut(result.graph(), PruningPlan.of(result.graph(), result.entries()));
    double[] before = Nets.run(graph, 4);
    double[] after = Nets.run(cut, 4);
    double border = 0;
    for (int i = 0; i < before.length; i++) {
      int row = i / 5 % 5;
      int column = i % 5;
      double difference = Math.abs(before[i] - after[i]);
      if (row > 0 && row < 4 && column > 0 && column < 4) {
        assertTrue(difference < 1e-6, "inside: " + difference);
      } else {
        border = Math.max(border, difference);
      }
    }
    assertTrue(border > 0.01, "border: " + border);
  }

  @Test
  void absorption_behindANegativeShift_isOfNothing() {
    Graph graph = Nets.with(emitting(1), Map.of("first.shift", new float[] {0.1f, -0.7f, 0.3f}));
    Absorption.Result result = absorbed(graph);
    assertEquals(0, result.folded() + result.moved() + result.dropped());
    Graph cut = Surgeon.cut(graph, PruningPlan.of(graph, result.entries()));
    assertArrayEquals(Nets.run(graph, 4), Nets.run(cut, 4), 1e-12);
  }

  @Test
  void absorption_withoutAnythingThatAdds_isSaid() {
    Graph graph = Nets.two(Pointwise.RELU, 1, false);
    Graph emitting =
        Nets.with(
            graph,
            Map.of("first.scale", new float[] {1, 0, 1}, "first.shift", new float[] {0, 1, 0}));
    assertEquals(1, absorbed(emitting).dropped());
  }

  // All together

  @ParameterizedTest
  @ValueSource(strings = {"1", "0.1"})
  void prune_withoutBudget_takesWhatTrainingMadeZero(String alpha) {
    Graph graph = TinyNetworks.of(Kind.CHAIN, true);
    Map<String, String> settings = new HashMap<>();
    settings.put("epochs", "8");
    settings.put("rho", alpha.equals("1") ? "0.2" : "0.22");
    settings.put("alpha", alpha);
    settings.put("reach", "0");
    settings.put("learning-rate", alpha.equals("1") ? "0.1" : "0.01");
    PruneResult result = Nets.prune(graph, "ista", Optional.empty(), path, settings);
    var record = result.records().path("sparsity");
    int zeros = record.path("after").path("histogram").path("0").asInt();
    int removed = record.path("removed").asInt();
    assertTrue(zeros > 2 && zeros < 20, record.toString());
    assertEquals(zeros, removed);
    assertEquals(1.0, record.path("removedNearZeroShare").asDouble());
    assertEquals(0, record.path("before").path("histogram").path("0").asInt());
    assertEquals(0, record.path("constants").path("dropped").asInt());
    assertTrue(result.after().macs() < result.before().macs());
  }

  /** No map is padded behind these channels, so that what they emit goes into the next bias. */
  @Test
  void prune_ofConstants_leavesTheFunction() {
    Graph chain = TinyNetworks.of(Kind.CHAIN, true);
    float[] scale = chain.weight("second.scale").toFloats();
    float[] shift = chain.weight("second.shift").toFloats();
    for (int unit : new int[] {1, 4}) {
      scale[unit] = 0;
      shift[unit] = 0.5f;
    }
    Graph graph = Nets.with(chain, Map.of("second.scale", scale, "second.shift", shift));
    // The penalty is far larger than the gradient of a scale, and both move it by next to nothing.
    Map<String, String> settings = new HashMap<>(STILL);
    settings.put("rho", "1e6");
    Graph small = Nets.prune(graph, "ista", Optional.empty(), path, settings).graph();
    assertEquals(10, small.weight("second.scale").size(0));
    double[] expected = Nets.run(withStatistics(graph, small), 3);
    assertArrayEquals(expected, Nets.run(small, 3), 1e-5);
    Graph bias = Nets.with(small, Map.of("fc.bias", graph.weight("fc.bias").toFloats()));
    assertTrue(Math.abs(expected[0] - Nets.run(bias, 3)[0]) > 1e-3);
  }

  /** {@code graph} with what training has measured, as far as {@code small} still has it. */
  private static Graph withStatistics(Graph graph, Graph small) {
    Map<String, float[]> measured = new HashMap<>();
    float[] scale = graph.weight("second.scale").toFloats();
    for (String kind : List.of("mean", "variance")) {
      measured.put("first." + kind, small.weight("first." + kind).toFloats());
      float[] all = graph.weight("second." + kind).toFloats();
      float[] kept = small.weight("second." + kind).toFloats();
      for (int unit = 0, next = 0; unit < all.length; unit++) {
        all[unit] = scale[unit] == 0 ? all[unit] : kept[next++];
      }
      measured.put("second." + kind, all);
    }
    return Nets.with(graph, measured);
  }

  @Test
  void prune_withRescaling_givesBackTheScalesThatItTook() {
    Graph graph = TinyNetworks.of(Kind.CHAIN, true);
    PlanOptions most = PlanOptions.of(new Budget.Share(Budget.Quantity.UNITS, 0.95));
    Map<String, String> still =
        Map.of("epochs", "1", "learning-rate", "1e-30", "reach", "0", "alpha", "0.125");
    PruneResult result = Nets.prune(graph, "ista", Optional.of(most), path, still);
    double largest = 0;
    for (double scale : result.graph().weight("second.scale").toDoubles()) {
      largest = Math.max(largest, scale);
    }
    double before = 0;
    for (double scale : graph.weight("second.scale").toDoubles()) {
      before = Math.max(before, scale);
    }
    assertEquals(before, largest, 1e-6);
  }

  @Test
  void prune_channelsThatAreWrittenWithoutNormalisationToo_stay() {
    // The branch ends in a normalisation, the stem that it is added to does not.
    Graph graph = TinyNetworks.of(Kind.RESIDUAL, true);
    GraphBuilder builder = GraphBuilder.from(graph);
    builder.replaceNodes(
        graph.nodes().stream()
            .filter(node -> !node.name().equals("stem.norm"))
            .map(node -> node.name().equals("stem.relu") ? node.withInputs(List.of("stem")) : node)
            .toList());
    Graph bare = Nets.with(builder.build(), Map.of("outer.scale", new float[8]));
    PruneResult result = Nets.prune(bare, "ista", Optional.empty(), path, STILL);
    assertEquals(8, result.graph().weight("stem.weight").size(0));
    assertEquals(
        List.of(
            "ista: 8 channels whose scales are zero stay, because they are written without"
                + " normalisation too"),
        result.warnings().stream().filter(line -> line.contains("written without")).toList());
  }

  @Test
  void prune_channelsThatReadersSeeAsConstant_goButForOne() {
    Graph graph = TinyNetworks.of(Kind.PRE_ACTIVATION, true);
    Graph silent = Nets.with(graph, Map.of("a.scale", new float[8], "end.scale", new float[8]));
    PruneResult result = Nets.prune(silent, "ista", Optional.empty(), path, STILL);
    // All scales that read the stream are zero, so every reader sees a constant: all but one go.
    assertEquals(1, result.graph().weight("stem.weight").size(0));
    assertTrue(result.warnings().stream().noneMatch(line -> line.startsWith("ista")));
  }
}
