package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanException;
import io.espalier.surgery.PlanOptions;
import io.espalier.testing.RandomGraphs;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import io.espalier.train.EvaluateOptions;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReconstructionTest {
  private static final int SIZE = 16;

  private static DataSplits images(int count, int channels, int size) {
    SplittableRandom random = new SplittableRandom(5);
    byte[] pixels = new byte[count * channels * size * size];
    random.nextBytes(pixels);
    Dataset all = Dataset.of(pixels, new int[count], List.of("one"), channels, size, size);
    return new DataSplits(all, all.subset(), all.subset());
  }

  private static PruneResult prune(
      Graph graph, String method, PlanOptions plan, DataSplits images, String... settings) {
    Map<String, String> given = new HashMap<>();
    for (String setting : settings) {
      given.put(setting.split("=")[0], setting.split("=")[1]);
    }
    PruneOptions options =
        PruneOptions.of(method, plan)
            .withSettings(given)
            .withEvaluation(EvaluateOptions.defaults().withThreads(1));
    return Pruner.of(graph, options).data(images, Normalization.preset("half")).run();
  }

  private static PlanOptions budget(String text) {
    return PlanOptions.of((Budget.Counted) Budget.parse(text));
  }

  /** Mean squared difference of a value in two networks, over the value's variance in the first. */
  private static double error(Graph graph, Graph other, String value) {
    try (Scope scope = Scope.open();
        Prefix first = Prefix.of(graph, List.of(value));
        Prefix second = Prefix.of(other, List.of(value))) {
      DeviceTensor x = DeviceTensor.of(Layers.random(77, 200, 3, SIZE, SIZE));
      DeviceTensor wanted = first.run(x).get(value).to(DataType.DOUBLE);
      DeviceTensor actual = second.run(x).get(value).to(DataType.DOUBLE);
      double spread = wanted.sub(wanted.mean()).square().mean().item();
      return wanted.sub(actual).square().mean().item() / spread;
    }
  }

  /** One image channel; filters 1, 1 and -1 with ReLU; then two outputs of a 3x3 convolution. */
  private static Graph twins() {
    GraphBuilder builder = new GraphBuilder("twins");
    builder.input("x", new ValueType(DataType.FLOAT, Layers.batch(1, 6)));
    builder.initializer("a", Tensor.floats(new int[] {3, 1, 1, 1}, 1, 1, -1));
    builder.initializer("w", Layers.random(3, 2, 3, 3, 3));
    builder.initializer("b", Tensor.floats(new int[] {2}, 0.5f, -0.5f));
    builder.add("first", new Op.Conv(Window.square(2, 1, 1, 0), 1), "x", "a");
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "first");
    builder.add("second", new Op.Conv(Window.square(2, 3, 1, 1), 1), "relu", "w", "b");
    ValueType out = new ValueType(DataType.FLOAT, Layers.batch(2, 6));
    return builder.output(new Port("second", out)).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void oneOfTwins_costsNothing(String normalize) {
    Graph graph = twins();
    PlanOptions third = budget("units=50%").withoutSize().withRatios(Map.of("first", 0.34));
    PruneResult result =
        prune(graph, "channel-pruning", third, images(40, 1, 6), "normalize=" + normalize);
    Graph small = result.graph();
    float[] left = small.weight("a").toFloats();
    assertEquals(2, left.length);
    assertEquals(-1, left[1]);
    // What the twin that stays is read with is the sum of both.
    float[] before = graph.weight("w").toFloats();
    float[] after = small.weight("w").toFloats();
    for (int o = 0; o < 2; o++) {
      for (int tap = 0; tap < 9; tap++) {
        float both = before[o * 27 + tap] + before[o * 27 + 9 + tap];
        assertEquals(both, after[o * 18 + tap], 1e-4);
        assertEquals(before[o * 27 + 18 + tap], after[o * 18 + 9 + tap], 1e-4);
      }
    }
    assertArrayEquals(graph.weight("b").toFloats(), small.weight("b").toFloats(), 1e-4f);
  }

  /** Where nothing takes up a constant, a channel that says a constant is not for free. */
  @Test
  void layerWithoutABias_keepsTheChannelThatIsOne() {
    GraphBuilder builder = new GraphBuilder("constant");
    builder.input("x", new ValueType(DataType.FLOAT, Layers.batch(1, 6)));
    builder.initializer("a", Tensor.floats(new int[] {3, 1, 1, 1}, 0, 1, -1));
    builder.initializer("c", Tensor.floats(new int[] {3}, 10, 0, 0));
    builder.initializer("w", Layers.random(3, 1, 3, 1, 1));
    builder.add("first", new Op.Conv(Window.square(2, 1, 1, 0), 1), "x", "a", "c");
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "first");
    builder.add("second", new Op.Conv(Window.square(2, 1, 1, 0), 1), "relu", "w");
    ValueType out = new ValueType(DataType.FLOAT, Layers.batch(1, 6));
    Graph bare = builder.output(new Port("second", out)).build();
    PlanOptions third = budget("units=50%").withoutSize().withRatios(Map.of("first", 0.34));
    Graph small = prune(bare, "channel-pruning", third, images(40, 1, 6)).graph();
    assertEquals(10, small.weight("c").toFloats()[0]);
    // With a bias the constant goes there.
    GraphBuilder more = GraphBuilder.from(bare);
    more.initializer("d", Tensor.floats(new int[] {1}, 0));
    more.replaceNodes(
        bare.nodes().stream()
            .map(n -> n.name().equals("second") ? n.withInputs(List.of("relu", "w", "d")) : n)
            .toList());
    Graph biased = prune(more.build(), "channel-pruning", third, images(40, 1, 6)).graph();
    assertArrayEquals(new float[2], biased.weight("c").toFloats());
    assertEquals(10 * bare.weight("w").toFloats()[0], biased.weight("d").toFloats()[0], 1e-3);
  }

  /** Another round fits a layer again; its constant is one to the bias that was given. */
  @Test
  void layerFittedTwice_hasItsConstantOnce() {
    Graph graph = twins();
    ChannelMap map = ChannelMap.of(graph);
    Site site =
        Sites.of(graph, map).all().stream()
            .filter(s -> s.node().equals("second"))
            .findFirst()
            .orElseThrow();
    Draft draft = Draft.of(graph, map);
    double[] weight = draft.weight(site);
    LayerRule.Refit refit = new LayerRule.Refit(weight, new double[] {0.25, 2}, true, 0, 0);
    Draft once = draft.withWeights(draft.fitted(site, refit));
    Draft twice = once.withWeights(once.fitted(site, refit));
    float[] expected = {0.75f, 1.5f};
    assertArrayEquals(expected, once.graph().weight("b").toFloats());
    assertArrayEquals(expected, twice.graph().weight("b").toFloats());
  }

  @ParameterizedTest
  @CsvSource({"kept", "removed"})
  void thinet_scalesWhatStays(String grows) {
    // Both twins read with the same kernel: without one the other counts twice.
    Graph graph = twins();
    float[] w = graph.weight("w").toFloats();
    for (int o = 0; o < 2; o++) {
      System.arraycopy(w, o * 27, w, o * 27 + 9, 9);
    }
    Graph same = graph.withWeights(Map.of("w", Tensor.floats(new int[] {2, 3, 3, 3}, w)));
    PlanOptions third = budget("units=50%").withoutSize().withRatios(Map.of("first", 0.34));
    PruneResult result = prune(same, "thinet", third, images(40, 1, 6), "grows=" + grows);
    float[] left = result.graph().weight("a").toFloats();
    JsonNode record = result.records().path("layer-01");
    if (left[0] == 1 && left[1] == -1) {
      assertTrue(record.path("errorOfFit").asDouble() < 1e-8);
      for (int tap = 0; tap < 9; tap++) {
        assertEquals(2 * w[tap], result.graph().weight("w").toFloats()[tap], 1e-4);
      }
    } else {
      // The search for what to remove does not know that a factor can make up for a twin.
      assertEquals("removed", grows);
      assertTrue(record.path("errorOfFit").asDouble() < record.path("errorOfChoice").asDouble());
    }
  }

  @Test
  void residual_streamsStayWhole_withGathersInFrontOfBranches() {
    Graph graph = Zoo.build("resnet8", new ZooOptions(10, Shape.of(3, SIZE, SIZE), 1));
    PruneResult result = prune(graph, "channel-pruning", budget("macs=60%"), images(100, 3, SIZE));
    ChannelMap map = ChannelMap.of(graph);
    Sites sites = Sites.of(graph, map);
    List<PlanEntry.Selection> gathers = new ArrayList<>();
    for (PlanEntry entry : result.plan().entries()) {
      if (entry instanceof PlanEntry.Units units) {
        int group = map.group(units.group()).orElseThrow().index();
        assertFalse(sites.streams().contains(group));
      } else {
        gathers.add((PlanEntry.Selection) entry);
      }
    }
    assertEquals(
        sites.entrances(map).stream().map(Site::node).sorted().toList(),
        gathers.stream().map(PlanEntry.Selection::node).sorted().toList());
    assertTrue(result.after().macs() <= 0.6 * result.before().macs());
    result
        .records()
        .forEachEntry(
            (name, layer) ->
                assertTrue(
                    layer.path("errorOfFit").asDouble()
                        <= layer.path("errorOfChoice").asDouble() + 1e-9,
                    name + layer));
  }

  @Test
  void fit_bringsTheOutputsCloser() {
    Graph graph = Zoo.build("resnet8", new ZooOptions(10, Shape.of(3, SIZE, SIZE), 3));
    PlanOptions plan = budget("macs=60%").withScope(PlanOptions.Scope.BRANCHES);
    DataSplits images = images(200, 3, SIZE);
    Graph l1 = prune(graph, "l1", plan.withRanking(PlanOptions.Ranking.UNIFORM), images).graph();
    Graph fitted = prune(graph, "channel-pruning", plan, images).graph();
    assertTrue(error(graph, fitted, "logits") < 0.2 * error(graph, l1, "logits"));
  }

  @Test
  void compensation_bringsTheSumsBehindAnInexactShortcutCloser() {
    Graph graph = Zoo.build("resnet8", new ZooOptions(10, Shape.of(3, SIZE, SIZE), 3));
    Map<String, Double> ratios = Map.of("stage1.block0.conv1", 0.8, "stage2.block0.conv1", 0.1);
    PlanOptions plan =
        budget("macs=60%").withoutSize().withRatios(ratios).withScope(PlanOptions.Scope.BRANCHES);
    DataSplits images = images(200, 3, SIZE);
    Graph without = prune(graph, "channel-pruning", plan, images, "compensate=false").graph();
    Graph with = prune(graph, "channel-pruning", plan, images).graph();
    List<String> sums =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.Elementwise e && e.kind() == Pointwise.ADD)
            .map(Node::output)
            .toList();
    // In front of the first sum nothing has gone yet: its shortcut is exact.
    assertEquals(error(graph, without, sums.get(0)), error(graph, with, sums.get(0)), 1e-9);
    double better = error(graph, with, sums.get(1));
    double worse = error(graph, without, sums.get(1));
    assertTrue(better < 0.95 * worse, better + " and " + worse);
  }

  @ParameterizedTest
  @CsvSource({"channel-pruning", "thinet"})
  void anyNetwork_isPrunedOrSaysWhyNot(String method) {
    int pruned = 0;
    for (long seed = 0; seed < 30; seed++) {
      Graph graph = RandomGraphs.of(seed);
      if (graph.inputs().size() > 1) {
        continue;
      }
      try {
        String count = method.equals("thinet") ? "pairs=3" : "positions=3";
        PruneResult result =
            prune(graph, method, budget("macs=85%"), images(12, 3, 4), "images=12", count);
        assertTrue(result.after().macs() <= 0.85 * result.before().macs(), "seed " + seed);
        pruned++;
      } catch (PlanException tooLittle) {
        assertTrue(tooLittle.getMessage().contains("cannot be met"), tooLittle.getMessage());
      }
    }
    assertTrue(pruned > 10, "pruned " + pruned);
  }

  @Test
  void groupsWithoutAReaderThatCanBeFitted_areNamed() {
    GraphBuilder builder = new GraphBuilder("transposed");
    builder.input("x", new ValueType(DataType.FLOAT, Layers.batch(1, 6)));
    builder.initializer("a", Layers.random(1, 4, 1, 3, 3));
    builder.initializer("w", Layers.random(2, 4, 6, 3, 3));
    builder.initializer("c", Layers.random(3, 2, 6, 3, 3));
    Op.ConvTranspose up = new Op.ConvTranspose(Window.square(2, 3, 1, 1), 1, List.of(), List.of());
    builder.add("first", new Op.Conv(Window.square(2, 3, 1, 1), 1), "x", "a");
    builder.add("up", up, "first", "w");
    builder.add("last", new Op.Conv(Window.square(2, 3, 1, 1), 1), "up", "c");
    Graph graph =
        builder.output(new Port("last", new ValueType(DataType.FLOAT, Layers.batch(2, 6)))).build();
    PruneResult result =
        prune(graph, "channel-pruning", budget("macs=70%"), images(12, 1, 6), "images=12");
    assertEquals(
        List.of("up"),
        result.plan().entries().stream()
            .map(entry -> ((PlanEntry.Units) entry).group())
            .collect(Collectors.toList()));
    assertEquals(
        List.of("1 groups stay whole, because no layer that reads them can be fitted anew: first"),
        result.warnings());
  }
}
