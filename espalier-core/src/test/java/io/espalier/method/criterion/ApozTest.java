package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.channel.Carriage;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.method.Benches;
import io.espalier.method.ImagePass;
import io.espalier.method.Iteration;
import io.espalier.method.MethodException;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Surgeon;
import io.espalier.torch.Taps;
import io.espalier.zoo.Zoo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ApozTest {
  private static final Map<String, String> TRAINING = Map.of("data", "training");

  // red - green, which is negative, zero or positive; minus everything; everything.
  private static final Graph GRAPH =
      TinyNetworks.classifier(
          new float[][] {{1, -1, 0}, {-1, -1, -1}, {1, 1, 1}},
          new float[][] {{1, 2, 5, 7, -1, 3}, {0, 4, 1, 8, 2, -2}});

  // Two pixels each: red - green is (2, -1), (0, -2) and (-3, 4); the last pixel of the second
  // image is black.
  private static final int[][] IMAGES = {
    {5, 1, 3, 2, 0, 0}, {4, 0, 4, 2, 1, 0}, {1, 9, 4, 5, 0, 7}
  };
  private static final int[][] WITH_BLACK = {
    {5, 1, 3, 2, 0, 0}, {4, 0, 4, 0, 1, 0}, {1, 9, 4, 5, 0, 7}
  };

  private static double[] shares(Graph graph, DataSplits images, int batch) {
    Workbench bench = Benches.of(graph, images, Benches.BYTES, batch);
    double[] scores = Benches.score(new Apoz(), bench, TRAINING).byGroup().getFirst();
    return Arrays.stream(scores).map(score -> 1 - score).toArray();
  }

  @Test
  void score_workedExample_countsZerosBehindTheActivation() {
    // Of six pixels red - green is above zero in two; minus everything never, everything always.
    double[] all = shares(GRAPH, Benches.pixels(IMAGES, 0, 1, 0), 5);
    assertArrayEquals(new double[] {4.0 / 6, 1, 0}, all, 1e-15);
    double[] black = shares(GRAPH, Benches.pixels(WITH_BLACK, 0, 1, 0), 5);
    assertArrayEquals(new double[] {4.0 / 6, 1, 1.0 / 6}, black, 1e-15);
  }

  @Test
  void score_doesNotDependOnBatchesOrOrder() {
    DataSplits images = TinyNetworks.splits();
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    Dataset train = images.train();
    Dataset turned = train.subset(IntStream.range(0, 48).map(image -> 47 - image).toArray());
    DataSplits reversed = new DataSplits(turned, images.validation(), images.test());
    double[] expected = shares(graph, images, 48);
    assertArrayEquals(expected, shares(graph, images, 7), 0);
    assertArrayEquals(expected, shares(graph, reversed, 11), 0);
    assertTrue(Arrays.stream(expected).anyMatch(share -> share > 0 && share < 1));
  }

  @Test
  void score_ofUnitsFarBelowAndAboveZero_isTheLimit() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, false);
    double[] bias = graph.weight("first.bias").toDoubles();
    bias[2] = -1e9;
    bias[5] = 1e9;
    Graph biased =
        graph.withWeights(Map.of("first.bias", graph.weight("first.bias").withValues(bias)));
    double[] shares = shares(biased, TinyNetworks.splits(), 16);
    assertEquals(1, shares[2]);
    assertEquals(0, shares[5]);
  }

  @Test
  void score_ofNormalActivations_isOneHalf() {
    SplittableRandom random = new SplittableRandom(3);
    int[][] images = new int[40][300];
    for (int[] image : images) {
      Arrays.setAll(
          image, i -> (int) Math.clamp(Math.floor(128 + 30 * random.nextGaussian()), 0, 255));
    }
    Graph graph = TinyNetworks.classifier(new float[][] {{1, 0, 0}, {0, -2, 0}}, new float[2][200]);
    DataSplits pixels = Benches.pixels(images, new int[40]);
    // Pixels on the scale -1 to 1: 127 and 128 lie on either side of zero, and none on it.
    Workbench bench = Benches.of(graph, pixels, Normalization.preset("half"));
    double[] scores = Benches.score(new Apoz(), bench, TRAINING).byGroup().getFirst();
    double deviation = 0.5 / Math.sqrt(40 * 100);
    assertEquals(0.5, scores[0], 3 * deviation);
    assertEquals(0.5, scores[1], 3 * deviation);
  }

  @Test
  void cut_ofUnitsThatAreAlwaysZero_leavesTheSameBits() {
    DataSplits images = Benches.pixels(IMAGES, 0, 1, 0);
    BitSet dead = new BitSet();
    dead.set(1);
    ChannelMap map = ChannelMap.of(GRAPH);
    Graph cut = Surgeon.cut(GRAPH, Plans.units(GRAPH, map, Map.of(0, dead)));
    assertArrayEquals(outputs(GRAPH, images), outputs(cut, images), 0);
  }

  private static double[] outputs(Graph graph, DataSplits images) {
    List<Double> all = new ArrayList<>();
    ImagePass.over(
        Benches.of(graph, images, Benches.BYTES),
        images.train(),
        2,
        "",
        pass -> Arrays.stream(pass.look(Taps.none()).toDoubles()).forEach(all::add));
    return all.stream().mapToDouble(x -> x).toArray();
  }

  /** Behind the activation and in front of pooling, in linear layers too. */
  @Test
  void sites_ofLenet_areItsActivations() {
    Graph graph = Zoo.build("lenet", 1);
    List<String> sites =
        Zeros.sites(graph, ChannelMap.of(graph)).stream().map(Carriage::value).toList();
    assertEquals(List.of("relu1", "relu2", "relu3"), sites);
  }

  @Test
  void sites_ofStreams_areEveryActivationThatCarriesThem() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    List<String> sites =
        Zeros.sites(graph, ChannelMap.of(graph)).stream().map(Carriage::value).toList();
    assertEquals(List.of("stem.relu", "inner.relu", "sum.relu"), sites);
  }

  @Test
  void rule_isSoManyDeviationsAboveTheMean() {
    ChannelGroup group = ChannelMap.of(GRAPH).groups().getFirst();
    // Mean 0.3, deviation sqrt((0.09 + 0.04 + 0.01 + 0.36) / 4) = 0.354.
    ZeroRule.Layer layer = ZeroRule.Layer.of(group, new double[] {0, 0.1, 0.2, 0.9});
    assertEquals(0.3, layer.mean(), 1e-15);
    assertEquals(Math.sqrt(0.125), layer.deviation(), 1e-15);
    assertEquals("{3}", new ZeroRule(1, 0).chosen(List.of(layer)).get(0).toString());
    assertEquals("{}", new ZeroRule(2, 0).chosen(List.of(layer)).get(0).toString());
    assertEquals("{2, 3}", new ZeroRule(-0.3, 0).chosen(List.of(layer)).get(0).toString());
    assertEquals(1, layer.above(0.2));
  }

  @Test
  void rule_withOverlap_comparesAsManyUnits() {
    ChannelGroup group = ChannelMap.of(GRAPH).groups().getFirst();
    ZeroRule.Layer some = ZeroRule.Layer.of(group, new double[] {0.8, 0.1, 0, 0.9});
    ZeroRule.Layer others = ZeroRule.Layer.of(group, new double[] {0.2, 0.3, 0, 0.5});
    // Above the mean 0.45 of the first are 0 and 3; the others' two largest are 3 and 1.
    assertEquals(0.5, new ZeroRule(0, 0).overlap(List.of(some), List.of(others)).orElseThrow());
    assertTrue(new ZeroRule(9, 0).overlap(List.of(some), List.of(others)).isEmpty());
  }

  @Test
  void rule_ofFewLayers_takesThoseWithTheMostZeros() {
    List<ChannelGroup> groups =
        ChannelMap.of(TinyNetworks.of(TinyNetworks.Kind.CHAIN, true)).groups();
    ZeroRule.Layer first = ZeroRule.Layer.of(groups.get(0), new double[] {0.1, 0.1, 0.5});
    ZeroRule.Layer second = ZeroRule.Layer.of(groups.get(1), new double[] {0.6, 0.6, 0.9});
    assertEquals("{1={2}}", new ZeroRule(1, 1).chosen(List.of(first, second)).toString());
    assertEquals("{0={2}, 1={2}}", new ZeroRule(1, 2).chosen(List.of(first, second)).toString());
  }

  @Test
  void prune_byOwnThreshold_removesWhatTheRuleChooses() {
    PruneResult result = prune(Map.of(), 1);
    Workbench bench = Benches.of(chain(), TinyNetworks.splits(), Normalization.preset("half"));
    List<double[]> scores = Benches.score(new Apoz(), bench, Map.of()).byGroup();
    long expected = 0;
    for (double[] group : scores) {
      double mean = Arrays.stream(group).average().orElseThrow();
      double variance =
          Arrays.stream(group).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
      expected += Arrays.stream(group).filter(x -> x < mean - Math.sqrt(variance)).count();
    }
    assertTrue(expected > 0);
    assertEquals(20 - expected, ChannelMap.of(result.graph()).units());
    JsonNode record = result.records().path("plan-01/apoz");
    assertEquals(12, record.path("images").asInt());
    assertEquals(12, record.path("otherImages").asInt());
    double overlap = record.path("overlap").asDouble(-1);
    assertTrue(overlap >= 0 && overlap <= 1, record.toString());
    assertEquals(2, record.path("layers").size());
  }

  @Test
  void prune_inSteps_measuresWhatIsLeft() {
    PruneResult result = prune(Map.of("k", "0.5"), 2);
    assertEquals(2, result.findings().size());
    int after = ChannelMap.of(prune(Map.of("k", "0.5"), 1).graph()).units();
    assertTrue(ChannelMap.of(result.graph()).units() < after);
    int first = result.records().path("plan-01/apoz").path("layers").path(1).path("units").asInt();
    int second = result.records().path("plan-02/apoz").path("layers").path(1).path("units").asInt();
    assertTrue(second < first, first + " " + second);
  }

  @Test
  void prune_ofFrozenLayers_keepsThem() {
    PruneResult result = prune(chain(), own().withFreeze(List.of("first")), Map.of(), 1);
    assertEquals(8, result.graph().weight("first.weight").size(0));
    assertTrue(result.graph().weight("second.weight").size(0) < 12);
  }

  /** A layer that must stay takes no place among the layers that are trimmed. */
  @Test
  void prune_ofTheLayerWithMostZeros_isOfOneThatMayLoseSome() {
    float[] shift = chain().weight("first.shift").toFloats();
    Arrays.fill(shift, 0, 6, -1e6f);
    Graph dark = chain().withWeights(Map.of("first.shift", Tensor.floats(new int[] {8}, shift)));
    Map<String, String> one = Map.of("layers", "1", "k", "0.1");
    Graph free = prune(dark, own(), one, 1).graph();
    assertTrue(free.weight("first.weight").size(0) < 8);
    assertEquals(12, free.weight("second.weight").size(0));
    Graph frozen = prune(dark, own().withFreeze(List.of("first")), one, 1).graph();
    assertEquals(8, frozen.weight("first.weight").size(0));
    assertTrue(frozen.weight("second.weight").size(0) < 12);
  }

  private static PlanOptions own() {
    return PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5)).withoutSize();
  }

  private static Graph chain() {
    return TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
  }

  private static PruneResult prune(Map<String, String> settings, int steps) {
    return prune(chain(), own(), settings, steps);
  }

  private static PruneResult prune(
      Graph graph, PlanOptions plan, Map<String, String> settings, int steps) {
    PruneOptions options =
        PruneOptions.of("apoz", plan)
            .withSettings(settings)
            .withIteration(new Iteration(steps, Iteration.Schedule.LINEAR, 0));
    return Pruner.of(graph, options)
        .data(TinyNetworks.splits(), Normalization.preset("half"))
        .run();
  }

  @Test
  void score_withoutValidationImages_saysTheWayOut() {
    Workbench bench = Benches.of(GRAPH, Benches.pixels(IMAGES, 0, 1, 0), Benches.BYTES);
    MethodException problem =
        assertThrows(MethodException.class, () -> Benches.score(new Apoz(), bench, Map.of()));
    assertTrue(problem.getMessage().contains("--validation 0.1"), problem.getMessage());
  }

  @Test
  void score_withoutActivation_leavesGroupsWholeAndSaysSo() {
    Graph graph = chain();
    GraphBuilder builder = GraphBuilder.from(graph);
    Op sigmoid = new Op.Elementwise(Pointwise.SIGMOID);
    builder.replaceNodes(
        graph.nodes().stream()
            .map(node -> node.name().equals("first.relu") ? node.withOp(sigmoid) : node)
            .toList());
    PruneResult result = prune(builder.build(), own(), Map.of("k", "0.1"), 1);
    assertEquals(8, result.graph().weight("first.weight").size(0));
    assertTrue(result.graph().weight("second.weight").size(0) < 12);
    assertEquals(
        List.of(
            "apoz finds no activation that makes zeros behind 1 of the channel groups, and they"
                + " stay whole: first"),
        result.warnings().stream().filter(line -> line.startsWith("apoz")).toList());
  }
}
