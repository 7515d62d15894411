package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.cost.Budget;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.method.Benches;
import io.espalier.method.ImagePass;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.Taps;
import io.espalier.train.EvaluateOptions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnipWeightsTest {
  // As in TaylorTest: both classes have probability 1/2; maps (1, 2), (3, 1) and (4, 3).
  private static final Graph GRAPH =
      TinyNetworks.classifier(
          new float[][] {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}},
          new float[][] {{2, 1, 0, -6, -1, 2}, {0, 0, 0, 0, 0, 0}});
  private static final int[] IMAGE = {1, 2, 3, 1, 0, 0};

  /**
   * |w dL/dw| of the filters' weights 2, 3, 3/2 and 1/2 (see ChannelObdTest), of the first row of
   * the head 1/2 times the products of weights and maps: 1, 1, 0, 3, 2, 3.
   */
  @Test
  void prune_workedExample_keepsTheMostSensitiveWeights() {
    PlanOptions four = PlanOptions.of(new Budget.Absolute(Budget.Quantity.UNITS, 5));
    PruneResult result =
        Pruner.of(GRAPH, PruneOptions.of("snip-weights", four))
            .data(Benches.pixels(new int[][] {IMAGE}, 0), Benches.BYTES)
            .run();
    // Left are 3, 3, 3, 2 and 2.
    assertEquals(
        "[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]",
        Arrays.toString(result.graph().weight("first.weight").toFloats()));
    assertEquals(
        "[0.0, 0.0, 0.0, -6.0, -1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]",
        Arrays.toString(result.graph().weight("last.weight").toFloats()));
  }

  /** The definition: the derivative by a factor on the weight, here as a difference quotient. */
  @Test
  void sensitivity_isTheSlopeOfAFactorOnTheWeight() {
    Workbench bench = bench(GRAPH);
    double[] slopes = WeightSlopes.mean(bench, bench.trainingImages()).get("first.weight");
    double[] weights = GRAPH.weight("first.weight").toDoubles();
    double[] expected = new double[9];
    double[] actual = new double[9];
    double step = 1.0 / 1024;
    for (int i = 0; i < 9; i++) {
      actual[i] = weights[i] * slopes[i];
      expected[i] = (loss(scaled(i, 1 + step)) - loss(scaled(i, 1 - step))) / (2 * step);
    }
    assertArrayEquals(expected, actual, 1e-5);
  }

  private static Workbench bench(Graph graph) {
    return Benches.of(graph, Benches.pixels(new int[][] {IMAGE}, 0), Benches.BYTES);
  }

  private static Graph scaled(int element, double factor) {
    double[] values = GRAPH.weight("first.weight").toDoubles();
    values[element] *= factor;
    return GRAPH.withWeights(
        Map.of("first.weight", GRAPH.weight("first.weight").withValues(values)));
  }

  private static double loss(Graph graph) {
    double[] loss = new double[1];
    Workbench bench = bench(graph);
    ImagePass.over(
        bench, bench.trainingImages(), 1, "", pass -> loss[0] = pass.loss(Taps.none()).item());
    return loss[0];
  }

  @Test
  void prune_byDefault_ranksBiasesToo() {
    assertEquals(
        Set.of(
            "first.weight", "second.weight", "fc.weight", "first.bias", "second.bias", "fc.bias"),
        masked(Map.of()));
    assertEquals(
        Set.of("first.weight", "second.weight", "fc.weight"), masked(Map.of("biases", "false")));
  }

  /** The weights that lose something when a tenth of the parameters stays. */
  private static Set<String> masked(Map<String, String> settings) {
    PlanOptions tenth = PlanOptions.of(new Budget.Share(Budget.Quantity.PARAMS, 0.1));
    PruneOptions options =
        PruneOptions.of("snip-weights", tenth)
            .withSettings(settings)
            .withEvaluation(EvaluateOptions.defaults().withThreads(1));
    PruneResult result =
        Pruner.of(TinyNetworks.of(TinyNetworks.Kind.CHAIN, false), options)
            .data(TinyNetworks.splits(), Normalization.preset("half"))
            .run();
    Set<String> names = new HashSet<>();
    for (JsonNode weight : result.records().path("zeros").path("weights")) {
      if (weight.path("zeros").asInt() > 0) {
        names.add(weight.path("weight").asText());
      }
    }
    return names;
  }

  @Test
  void ranked_areTheParametersOfLayersThatMultiply() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, false);
    assertEquals(
        List.of("first.weight", "second.weight", "fc.weight"), WeightMasking.weights(graph, true));
    assertEquals(
        List.of("first.bias", "second.bias", "fc.bias"), WeightMasking.biases(graph, true));
    assertEquals(List.of("first.weight", "second.weight"), WeightMasking.weights(graph, false));
  }
}
