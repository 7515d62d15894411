package io.espalier.method.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.Augmentation;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.method.MethodException;
import io.espalier.method.Methods;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanException;
import io.espalier.surgery.PlanOptions;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoPrunerTest {
  @TempDir Path path;
  private int runs;

  private static PlanOptions macs(double share) {
    return PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, share));
  }

  private PruneResult prune(Graph graph, PlanOptions plan, Map<String, String> settings) {
    TrainOptions training =
        TrainOptions.defaults()
            .withBatchSize(16)
            .withAugmentation(Augmentation.NONE)
            .withThreads(1);
    PruneOptions options =
        PruneOptions.of("autopruner", plan)
            .withSettings(settings)
            .withTraining(training)
            .withEvaluation(EvaluateOptions.defaults().withThreads(1));
    return Pruner.of(graph, options)
        .data(TinyNetworks.splits(), Normalization.preset("half"))
        .run(RunFolder.at(path.resolve("run-" + runs++)));
  }

  /** The codes take sides, keep them from batch to batch, and they are what the cut removes. */
  @Test
  void codes_afterTraining_areSeparateConsistentAndWhatGoes() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    Map<String, String> settings = Map.of("epochs", "40", "interval", "5");
    JsonNode records = prune(graph, macs(0.5), settings).records();
    for (JsonNode code : records.path("codes-1").path("codes")) {
      assertEquals(1, code.path("decided").asDouble(), 0.15, records.toPrettyString());
      assertEquals(0, code.path("inconsistencyMeasured").asDouble(), 0.15);
      assertEquals(code.path("r").asDouble(), code.path("kept").asDouble(), 0.26);
    }
    JsonNode removal = records.path("removal");
    assertTrue(removal.path("removedNearZeroShare").asDouble() >= 0.8, removal.toPrettyString());
  }

  @Test
  void codes_stageByStage_meetTheSameBudget() {
    // Maps of 6, 3 and 2 pixels a side, and the last stream, which is read behind its pooling.
    Graph graph = Zoo.build("resnet8", new ZooOptions(3, Shape.of(1, 6, 6), 1));
    Map<String, String> settings = Map.of("epochs", "1", "interval", "1", "order", "stage");
    PruneResult result = prune(graph, macs(0.5), settings);
    assertTrue(2 * result.after().macs() <= result.before().macs());
    assertTrue(result.records().has("codes-4"));
    assertFalse(result.records().has("codes-5"));
  }

  /** While the codes of a layer are learned, what goes of those before it is silent. */
  @Test
  void codes_layerByLayer_areLearnedWithoutWhatGoes() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    Map<String, String> settings = Map.of("epochs", "1", "interval", "1", "order", "layer");
    PruneResult result = prune(graph, macs(0.5), settings);
    assertTrue(2 * result.after().macs() <= result.before().macs());
    JsonNode first = result.records().path("codes-1");
    JsonNode second = result.records().path("codes-2");
    first.path("silenced").forEach(none -> assertEquals(0, none.asInt()));
    String learned = first.path("codes").path(0).path("code").asText();
    int units = first.path("codes").path(0).path("units").asInt();
    int left = ChannelMap.of(result.graph()).group(learned).orElseThrow().units();
    assertTrue(left < units);
    assertEquals(units - left, second.path("silenced").path(learned).asInt(), second.toString());
    // One epoch decides nothing: the codes alone would have silenced others.
    assertTrue(first.path("decided").asDouble() < 1, first.toString());
  }

  @Test
  void removal_withoutBudget_isThatOfTheCodes() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    Map<String, String> settings = Map.of("epochs", "4", "interval", "3", "kept", "0.4");
    PruneResult result = prune(graph, macs(0.5).withoutSize(), settings);
    JsonNode kept = result.records().path("removal").path("kept");
    for (JsonNode code : result.records().path("codes-1").path("codes")) {
      double units = code.path("kept").asDouble() * code.path("units").asInt();
      assertEquals(Math.max(1, units), kept.path(code.path("code").asText()).asDouble(), 1e-9);
    }
  }

  /** The one branch goes with its layers, and the stream stays. */
  @Test
  void blocks_goWhole() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    Map<String, String> settings = Map.of("epochs", "2", "interval", "2", "structure", "blocks");
    PruneResult result = prune(graph, macs(0.9), settings);
    assertEquals(1, result.plan().entries().size());
    assertTrue(result.plan().entries().getFirst() instanceof PlanEntry.Branch);
    assertEquals(1, result.records().path("removal").path("removed").asInt());
    assertTrue(result.graph().node("inner").isEmpty());
    assertTrue(result.graph().node("stem").isPresent());
  }

  /**
   * Costs 10, 20, 30 and 15 of 100. The smallest codes first: 1 leaves 80 and 2 leaves 50, at most
   * 75 are wanted; 1 fits back in.
   */
  @Test
  void blocks_ofTheSmallestCodes_go() {
    double[] means = {0.9, 0.1, 0.5, 0.6};
    int[] costs = {10, 20, 30, 15};
    ToLongFunction<List<Integer>> left =
        removed -> 100 - removed.stream().mapToInt(branch -> costs[branch]).sum();
    assertEquals(List.of(), BlockLearning.least(means, left, 100));
    assertEquals(List.of(1), BlockLearning.least(means, left, 80));
    assertEquals(List.of(2), BlockLearning.least(means, left, 75));
    assertEquals(List.of(1, 2), BlockLearning.least(means, left, 50));
    assertEquals(List.of(1, 2, 3, 0), BlockLearning.least(means, left, 25));
  }

  @Test
  void blocks_thatCannotDo_saySo() {
    Map<String, String> blocks = Map.of("structure", "blocks");
    Graph chain = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    MethodException none =
        assertThrows(MethodException.class, () -> prune(chain, macs(0.9), blocks));
    assertTrue(none.getMessage().contains("no residual branch"), none.getMessage());
    Graph residual = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    PlanException tooLittle =
        assertThrows(PlanException.class, () -> prune(residual, macs(0.01), blocks));
    assertTrue(tooLittle.getMessage().contains("without any residual branch"));
    PlanOptions frozen = macs(0.9).withFreeze(List.of("inner"));
    assertThrows(MethodException.class, () -> prune(residual, frozen, blocks));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "epochs=0",
        "rate=0",
        "kept=0",
        "kept=1.5",
        "alpha-start=0",
        "alpha-stop=0.05",
        "alpha-increment=-1",
        "lock-after=2",
        "lambda=-1",
        "interval=0",
        "init-scale=0",
        "epochs=99999999999"
      })
  void settings_outOfRange_areRefusedByName(String setting) {
    String[] parts = setting.split("=");
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class,
            () -> Methods.create("autopruner", Map.of(parts[0], parts[1])));
    assertTrue(problem.getMessage().contains(parts[0]), problem.getMessage());
  }
}
