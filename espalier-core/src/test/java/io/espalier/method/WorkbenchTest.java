package io.espalier.method;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Scores;
import io.espalier.train.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkbenchTest {
  private static final Graph CHAIN = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);

  private static final Budget.Counted ALL = new Budget.Share(Budget.Quantity.MACS, 1);

  @TempDir Path path;

  private static Pruner pruner(Graph graph) {
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
    return Pruner.of(graph, PruneOptions.of("l1", half))
        .data(TinyNetworks.splits(), Normalization.preset("half"));
  }

  @Test
  void scores_ofACriterion_areItsOwn() {
    Map<String, String> settings = Map.of("members", "sum");
    Scores scores =
        pruner(CHAIN)
            .study(Optional.empty(), bench -> bench.scores("l2", settings))
            .result()
            .orElseThrow();
    Criterion l2 = (Criterion) Methods.create("l2", settings);
    for (ChannelGroup group : ChannelMap.of(CHAIN).groups()) {
      double[] expected = l2.score(Evidence.of(CHAIN, group, 1)).orElseThrow();
      assertArrayEquals(expected, scores.byGroup().get(group.index()));
    }
  }

  @Test
  void scores_ofADataCriterion_areItsOwn() {
    Map<String, String> settings = Map.of("images", "16");
    DataCriterion snip = (DataCriterion) Methods.create("snip", settings);
    List<Scores> both =
        pruner(CHAIN)
            .study(
                Optional.empty(),
                bench -> List.of(bench.scores("snip", settings), snip.score(bench)))
            .result()
            .orElseThrow();
    assertArrayEquals(both.get(0).byGroup().getFirst(), both.get(1).byGroup().getFirst());
  }

  @Test
  void scores_ofACriterionWithNothingToJudgeBy_warns() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.PRE_ACTIVATION, true);
    Pruner.Study<Scores> study =
        pruner(graph).study(Optional.empty(), bench -> bench.scores("bn-scale", Map.of()));
    boolean silent =
        study.result().orElseThrow().byGroup().stream()
            .anyMatch(own -> own[0] == Double.POSITIVE_INFINITY);
    assertEquals(silent, !study.warnings().isEmpty());
  }

  @Test
  void scores_ofWhatCannotScore_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> scores(CHAIN, "l3"));
    assertThrows(IllegalArgumentException.class, () -> scores(CHAIN, "sensitivity"));
    Graph bare = TinyNetworks.of(TinyNetworks.Kind.CHAIN, false);
    MethodException problem = assertThrows(MethodException.class, () -> scores(bare, "bn-scale"));
    assertTrue(problem.getMessage().startsWith("bn-scale needs batch normalisation"));
  }

  private static void scores(Graph graph, String id) {
    pruner(graph).study(Optional.empty(), bench -> bench.scores(id, Map.of()));
  }

  @Test
  void study_inFolder_keepsWhatIsDoneAndWritesFiles() throws Exception {
    Optional<RunFolder> folder = Optional.of(RunFolder.at(path));
    Pruner.Study<String> stopped =
        pruner(CHAIN)
            .study(
                folder,
                bench -> {
                  bench.record("done", () -> JsonNodeFactory.instance.objectNode().put("x", 7));
                  bench.write("note.txt", "kept");
                  Thread.currentThread().interrupt();
                  bench.stopIfAsked();
                  return "not reached";
                });
    assertTrue(Thread.interrupted());
    assertFalse(stopped.result().isPresent());
    assertEquals("kept", Files.readString(path.resolve("note.txt")));
    Pruner.Study<Integer> again =
        pruner(CHAIN)
            .study(
                folder,
                bench ->
                    bench
                        .record(
                            "done",
                            () -> {
                              throw new AssertionError("it is on record");
                            })
                        .path("x")
                        .asInt());
    assertEquals(7, again.result().orElseThrow());
    assertThrows(
        MethodException.class,
        () ->
            Pruner.of(CHAIN, PruneOptions.of("l2", PlanOptions.of(ALL))).study(folder, bench -> 0));
  }
}
