package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.data.DataSplits;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.Benches;
import io.espalier.method.ImagePass;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SnipTest {
  // Channels of the first image (1, 2, 0): 1, 2 and 3 * 1 - 1 * 2 = 1. Class scores of its head
  // (2, 1, -4) and (0, 0, 0): 2 + 2 - 4 = 0 and 0, so both classes have probability 1/2.
  // The second image (1, 0, 0): 1, 0 and 3; class scores 2 - 12 = -10 and 0.
  private static final Graph GRAPH =
      TinyNetworks.classifier(
          new float[][] {{1, 0, 0}, {0, 1, 0}, {3, -1, 0}}, new float[][] {{2, 1, -4}, {0, 0, 0}});
  private static final int[][] IMAGES = {{1, 2, 0}, {1, 0, 0}};

  /** Probability of the first class for the second image. */
  private static final double RARE = 1 / (1 + Math.exp(10));

  private static double[] score(DataSplits images, Map<String, String> settings) {
    Workbench bench = Benches.of(GRAPH, images, Benches.BYTES);
    return Benches.score(new Snip(), bench, settings).byGroup().getFirst();
  }

  /** A gate's slope is the channel times the slope of the loss: (1/2 - label) of the scores. */
  @Test
  void score_workedExample_isTheSlopeOfTheGate() {
    double[] one = score(Benches.pixels(new int[][] {IMAGES[0]}, 0), Map.of());
    assertArrayEquals(new double[] {0.5 * 2, 0.5 * 2, 0.5 * 4}, one, 1e-12);
  }

  @Test
  void score_ofTwoImages_averagesBeforeOrAfterTheAbsoluteValue() {
    DataSplits two = Benches.pixels(IMAGES, 0, 0);
    // Slopes of the first image -1, -1, 2; of the second (p - 1) * (2 * 1, 0, -4 * 3).
    double first = (RARE - 1) * 2;
    double third = (RARE - 1) * -12;
    double[] signed = score(two, Map.of());
    assertArrayEquals(
        new double[] {Math.abs(first - 1) / 2, 0.5, Math.abs(third + 2) / 2}, signed, 1e-12);
    DataSplits other = Benches.pixels(IMAGES, 0, 1);
    // With the other label the second image's slopes have the other sign and are nearly zero.
    double[] mixed = score(other, Map.of());
    assertArrayEquals(new double[] {(1 - 2 * RARE) / 2, 0.5, (2 - 12 * RARE) / 2}, mixed, 1e-12);
    double[] absolute = score(other, Map.of("average", "absolute"));
    assertArrayEquals(new double[] {(1 + 2 * RARE) / 2, 0.5, (2 + 12 * RARE) / 2}, absolute, 1e-12);
  }

  /** |w dL/dw| of the third filter: 3 * 1 and 1 * 2 times the slope 2 of its channel. */
  @Test
  void score_byWeights_addsAbsoluteProducts() {
    DataSplits one = Benches.pixels(new int[][] {IMAGES[0]}, 0);
    assertArrayEquals(new double[] {1, 1, 10}, score(one, Map.of("form", "weights")), 1e-12);
    double[] mean = score(one, Map.of("form", "weights-mean"));
    assertArrayEquals(new double[] {1.0 / 3, 1.0 / 3, 10.0 / 3}, mean, 1e-12);
  }

  @Test
  void score_ofUnitsBehindNormalisation_isFromItsScaleAndShift() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    Workbench bench = Benches.of(graph);
    ChannelGroup inner = ChannelMap.of(graph).group("inner").orElseThrow();
    double[] gates = Benches.score(new Snip(), bench, Map.of()).byGroup().get(inner.index());
    Map<String, double[]> slopes = WeightSlopes.mean(bench, bench.trainingImages());
    double[] scale = graph.weight("inner.scale").toDoubles();
    double[] shift = graph.weight("inner.shift").toDoubles();
    double[] expected = new double[6];
    for (int i = 0; i < 6; i++) {
      double slope =
          scale[i] * slopes.get("inner.scale")[i] + shift[i] * slopes.get("inner.shift")[i];
      expected[i] = Math.abs(slope);
    }
    assertArrayEquals(expected, gates, 1e-12);
    assertTrue(expected[0] > 1e-6);
  }

  @Test
  void score_ofDoubledFiltersWithHalvedReaders_doesNotChange() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, false);
    Graph scaled =
        graph.withWeights(
            Map.of(
                "first.weight", times(graph.weight("first.weight"), 2),
                "first.bias", times(graph.weight("first.bias"), 2),
                "second.weight", times(graph.weight("second.weight"), 0.5)));
    List<double[]> before = Benches.score(new Snip(), Benches.of(graph), Map.of()).byGroup();
    List<double[]> after = Benches.score(new Snip(), Benches.of(scaled), Map.of()).byGroup();
    for (int group = 0; group < before.size(); group++) {
      assertArrayEquals(before.get(group), after.get(group), 1e-14);
    }
  }

  private static Tensor times(Tensor tensor, double factor) {
    double[] values = tensor.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return tensor.withValues(values);
  }

  /** Why there is no form that adds w dL/dw with signs: the scale of a filter has no effect. */
  @Test
  void signedSum_ofAFilterBeforeBatchStatistics_isZero() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    Workbench bench = Benches.of(graph);
    Map<String, double[]> slopes = new HashMap<>();
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, NetOptions.exact())) {
      ImagePass.over(
          bench,
          bench.trainingImages(),
          48,
          "",
          pass -> {
            DeviceTensor output = net.forward(pass.images(), Mode.TRAIN, Taps.none());
            DeviceTensor labels = DeviceTensor.of(pass.labels(), pass.count());
            Losses.crossEntropy(output, labels, 0).backward();
          });
      slopes.putAll(WeightSlopes.take(net));
    }
    double[] weights = graph.weight("second.weight").toDoubles();
    double signed = 0;
    double absolute = 0;
    for (int i = 0; i < 72; i++) {
      signed += weights[i] * slopes.get("second.weight")[i];
      absolute += Math.abs(weights[i] * slopes.get("second.weight")[i]);
    }
    assertTrue(absolute > 1e-3, "" + absolute);
    // Not exactly zero because the variance has an epsilon of 1e-5 added.
    assertEquals(0, signed / absolute, 1e-4);
  }

  @Test
  void create_settingsThatContradict_isRefused() {
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                score(
                    Benches.pixels(IMAGES, 0, 1),
                    Map.of("form", "weights", "average", "absolute")));
    assertEquals(
        "method 'snip': average=absolute is of gates, but form is weights: use form=gate",
        problem.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> score(Benches.pixels(IMAGES, 0, 1), Map.of("images", "0")));
  }
}
