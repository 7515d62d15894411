package io.espalier.method.sparse.sss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.cost.Cost;
import io.espalier.data.Augmentation;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.method.Methods;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole prunes with training. */
class SssTest {
  @TempDir Path path;

  private PruneResult prune(
      String method, Graph graph, PlanOptions goal, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of("epochs", "4", "learning-rate", "0.05"));
    if (method.equals("sss-alpha")) {
      all.put("gate-rate", "2000");
    }
    all.putAll(settings);
    TrainOptions training =
        TrainOptions.defaults()
            .withBatchSize(16)
            .withAugmentation(Augmentation.NONE)
            .withThreads(1);
    PruneOptions options =
        PruneOptions.of(method, goal)
            .withSettings(all)
            .withTraining(training)
            .withEvaluation(EvaluateOptions.defaults().withThreads(1));
    RunFolder folder = RunFolder.at(path.resolve(Integer.toString(count++)));
    return Pruner.of(graph, options)
        .data(TinyNetworks.splits(), Normalization.preset("half"))
        .run(folder);
  }

  private int count;

  private static JsonNode factors(PruneResult result, String kind) {
    return result.records().path("factors").path(kind);
  }

  private static void assertWarns(PruneResult result, String begin) {
    assertTrue(
        result.warnings().stream().anyMatch(line -> line.startsWith(begin)),
        result.warnings().toString());
  }

  /** Zeros go, and what is measured before and after the cut is the same. */
  @ParameterizedTest
  @CsvSource({
    "sss, 1, channels",
    "sss, 3, all",
    "sss-sensitivity, 1, channels",
    "sss-alpha, 1, channels",
    "sss-alpha, 1, all"
  })
  void prune_withoutABudget_removesExactlyWhatTrainingDroveToZero(
      String method, String gamma, String structures) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    PruneResult result =
        prune(method, graph, Networks.NO_SIZE, Map.of("gamma", gamma, "structures", structures));
    JsonNode channels = factors(result, "channels");
    assertTrue(channels.path("removed").asInt() > 0, result.records().toString());
    assertTrue(Cost.of(result.graph()).macs() < Cost.of(graph).macs());
    JsonNode folded = result.records().path("folded");
    assertEquals(
        folded.path("loss").asDouble(), result.accuracy().afterCut().orElseThrow().loss(), 1e-5);
    if (structures.equals("channels")) {
      assertEquals(1, channels.path("removedByTrainingShare").asDouble());
      assertEquals(channels.path("removed"), channels.path("removedByTraining"));
    }
  }

  @Test
  void prune_withNothingAtZero_saysSo() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    PruneResult result = prune("sss", graph, Networks.NO_SIZE, Map.of("gamma", "0"));
    assertEquals(0, factors(result, "channels").path("removed").asInt());
    assertEquals(graph.nodes(), result.graph().nodes());
    assertWarns(result, "training drove no factor to zero");
  }

  @Test
  void prune_forABudgetWithoutZeros_ranksAndSaysSo() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    PruneResult result = prune("sss", graph, Networks.HALF, Map.of("gamma", "0"));
    assertTrue(2 * result.after().macs() <= result.before().macs());
    assertEquals(0, factors(result, "channels").path("removedByTrainingShare").asDouble());
    assertWarns(result, "training drove 0 of the ");
  }

  /** Gamma grows until zeros meet the budget, and then stays. */
  @Test
  void gammaGrowth_endsWhereZerosMeetTheBudget() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    Map<String, String> settings = Map.of("gamma", "0.01", "gamma-growth", "4", "epochs", "12");
    PruneResult result = prune("sss", graph, Networks.HALF, settings);
    double gamma = result.records().path("factors").path("gamma").asDouble();
    assertTrue(gamma > 0.01 && gamma < 0.01 * Math.pow(4, 12), "gamma " + gamma);
    assertEquals(1, factors(result, "channels").path("removedByTrainingShare").asDouble());
    assertTrue(2 * result.after().macs() <= result.before().macs());
  }

  @Test
  void sensitivity_withEvenWeights_isSssToTheBit() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    Map<String, String> settings = Map.of("gamma", "0.5");
    PruneResult sss = prune("sss", graph, Networks.HALF, settings);
    PruneResult even =
        prune("sss-sensitivity", graph, Networks.HALF, Map.of("gamma", "0.5", "weighting", "even"));
    assertEquals(sss.graph().initializers(), even.graph().initializers());
    assertEquals(sss.plan(), even.plan());
    PruneResult weighted = prune("sss-sensitivity", graph, Networks.HALF, settings);
    assertNotEquals(sss.graph().initializers(), weighted.graph().initializers());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sss", "sss-alpha"})
  void prune_ofBlocksAndGroups_goesThroughTheirPlanEntries(String method) {
    Graph graph = Networks.lively("resnext20");
    PruneResult result =
        prune(
            method,
            graph,
            Networks.HALF,
            Map.of("structures", "blocks+groups", "epochs", "1", "gamma", "0.5"));
    assertTrue(2 * result.after().macs() <= result.before().macs());
    assertTrue(
        result.plan().entries().stream().noneMatch(PlanEntry.Units.class::isInstance),
        "nothing but branches and groups");
    assertTrue(result.findings().getFirst().maxDifference() < 1e-9);
  }

  @Test
  void settings_outOfRange_areRefused() {
    for (Map<String, String> wrong :
        java.util.List.of(
            Map.of("gamma", "-1"), Map.of("gamma-growth", "0.5"), Map.of("epochs", "0"))) {
      assertThrows(IllegalArgumentException.class, () -> Methods.create("sss", wrong));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> Methods.create("sss-alpha", Map.of("alpha-last", "0.5")));
    assertThrows(
        IllegalArgumentException.class,
        () -> Methods.create("sss-sensitivity", Map.of("memory", "1")));
  }
}
