package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.data.DataSplits;
import io.espalier.graph.Graph;
import io.espalier.method.Benches;
import io.espalier.method.ImagePass;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.torch.Taps;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelObdTest {
  private static final Map<String, String> LABELS = Map.of("fisher", "labels");

  // As in TaylorTest: probabilities 1/2, maps (1, 2), (3, 1), (4, 3), read by (2, 1), (0, -6),
  // (-1, 2). Gradients of the weights that are not zero, up to the sign of the label: 1/2 (1 * 2 +
  // 2 * 1) = 2; 1/2 (1 * -6) = -3; 1/2 (1 * -1 + 2 * 2) = 3/2 and 1/2 (3 * -1 + 1 * 2) = -1/2.
  private static final Graph EVEN =
      TinyNetworks.classifier(
          new float[][] {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}},
          new float[][] {{2, 1, 0, -6, -1, 2}, {0, 0, 0, 0, 0, 0}});
  private static final int[] IMAGE = {1, 2, 3, 1, 0, 0};
  private static final double[] EXPECTED = {4, 9, 2.25 + 0.25};

  private static double[] score(Graph graph, DataSplits images, Map<String, String> settings) {
    Workbench bench = Benches.of(graph, images, Benches.BYTES);
    return Benches.score(new ChannelObd(), bench, settings).byGroup().getFirst();
  }

  @Test
  void score_workedExample_isTheWeightsSquareTimesTheGradients() {
    DataSplits one = Benches.pixels(new int[][] {IMAGE}, 0);
    assertArrayEquals(EXPECTED, score(EVEN, one, LABELS), 1e-12);
    assertArrayEquals(EXPECTED, score(EVEN, one, Map.of()), 1e-12);
  }

  /** The mean gradient of both images is zero, the mean of its square is not. */
  @Test
  void score_ofOppositeImages_isTheMeanOfSquares() {
    DataSplits two = Benches.pixels(new int[][] {IMAGE, IMAGE}, 0, 1);
    assertArrayEquals(EXPECTED, score(EVEN, two, LABELS), 1e-12);
  }

  /** Twice the filter and half the reader: twice the weight, half the gradient. */
  @Test
  void score_ofDoubledFilterWithHalvedReader_doesNotChange() {
    Graph scaled =
        TinyNetworks.classifier(
            new float[][] {{2, 0, 0}, {0, 1, 0}, {0.5f, 0.5f, 0}},
            new float[][] {{1, 0.5f, 0, -6, -2, 4}, {0, 0, 0, 0, 0, 0}});
    DataSplits one = Benches.pixels(new int[][] {IMAGE}, 0);
    assertArrayEquals(EXPECTED, score(scaled, one, LABELS), 1e-12);
  }

  /** The network is sure of the first class, whatever the label says. */
  @Test
  void score_bySampledClasses_goesByThePrediction() {
    Graph sure =
        TinyNetworks.classifier(
            new float[][] {{1, 0, 0}, {0, 1, 0}}, new float[][] {{4, 8}, {0, 0}});
    DataSplits mislabelled = Benches.pixels(new int[][] {{1, 2, 0}}, 1);
    double rare = 1 / (1 + Math.exp(20));
    // Gradients of the diagonal weights: slope of the score times reader times pixel.
    double[] products = {4 * 1, 8 * 2};
    double[] sampled = Arrays.stream(products).map(x -> Math.pow(rare * x, 2)).toArray();
    double[] labels = Arrays.stream(products).map(x -> Math.pow((1 - rare) * x, 2)).toArray();
    assertArrayEquals(sampled, score(sure, mislabelled, Map.of()), 1e-21);
    assertArrayEquals(labels, score(sure, mislabelled, LABELS), 1e-9);
  }

  @Test
  void score_ofFiltersWithBias_countsTheBias() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, false);
    Workbench bench = Benches.of(graph);
    double[] weights = graph.weight("first.weight").toDoubles();
    double[] bias = graph.weight("first.bias").toDoubles();
    double[] expected = new double[8];
    ImagePass.over(
        bench,
        bench.trainingImages(),
        1,
        "",
        pass -> {
          pass.loss(Taps.none()).backward();
          Map<String, double[]> slopes = WeightSlopes.take(pass.net());
          for (int unit = 0; unit < 8; unit++) {
            expected[unit] += Math.pow(bias[unit] * slopes.get("first.bias")[unit], 2) / 48;
            for (int k = 9 * unit; k < 9 * unit + 9; k++) {
              expected[unit] += Math.pow(weights[k] * slopes.get("first.weight")[k], 2) / 48;
            }
          }
        });
    double[] scores = Benches.score(new ChannelObd(), bench, LABELS).byGroup().getFirst();
    assertArrayEquals(expected, scores, 1e-15);
    assertEquals(8, Arrays.stream(scores).filter(s -> s > 0).count());
  }
}
