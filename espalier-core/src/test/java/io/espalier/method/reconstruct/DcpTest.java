package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.Augmentation;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.Benches;
import io.espalier.method.Methods;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.Scope;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DcpTest {
  private static final float[][] IDENTITY = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

  @TempDir Path path;
  private int runs;

  private static DcpOptions options(double featureWeight, double classWeight) {
    return new DcpOptions(16, 16, 1, 0.01, featureWeight, classWeight, 0.01);
  }

  private static BitSet set(int... members) {
    BitSet set = new BitSet();
    for (int member : members) {
      set.set(member);
    }
    return set;
  }

  private interface Check {
    void on(Selection selection, List<Consumer> consumers);
  }

  /** Checks the choice among the units of the first group of {@code graph}, at all its readers. */
  private static void check(Graph graph, Batches images, DcpOptions options, Check check) {
    ChannelMap map = ChannelMap.of(graph);
    Sites sites = Sites.of(graph, map);
    int group = sites.free().iterator().next();
    String head = graph.outputs().getFirst().name();
    try (Scope scope = Scope.open()) {
      List<Consumer> consumers = new ArrayList<>();
      for (Site site : sites.reading(group)) {
        Tensor weight = graph.weight(site.layer().weight());
        consumers.add(new Consumer(site, site.unitsOf(group), weight));
      }
      try (FeatureLoss loss = new FeatureLoss(graph, graph, consumers, head, images, options)) {
        int units = map.groups().get(group).units();
        check.on(new Selection(loss, consumers, units, options), consumers);
      }
    }
  }

  private static Batches pixels() {
    Dataset images = Benches.pixels(new int[][] {{1, 2, 3}, {2, 1, 1}}, 0, 1).train();
    return Batches.evaluation(images, Benches.BYTES, 2);
  }

  /**
   * Inputs (1, 2, 3) and (2, 1, 1), weight ((1, 0, 0), (0, 2, 0)): features (1, 4) and (2, 2). With
   * no weight at all the gradient of their mean square is -1/2 sum of features times inputs, -(5,
   * 4, 5)/2 and -(8, 10, 14)/2, and the third input scores most. A step of 0.01 on it with
   * Nesterov's momentum 0.9 goes 0.019 times the gradient; its own weight was zero.
   */
  @Test
  void look_andTrain_byHand() {
    Graph graph = TinyNetworks.classifier(IDENTITY, new float[][] {{1, 0, 0}, {0, 2, 0}});
    check(
        graph,
        pixels(),
        options(1, 0),
        (selection, consumers) -> {
          Selection.Look look = selection.look();
          assertEquals((1 + 16 + 4 + 4) / 4.0, look.loss(), 1e-6);
          assertArrayEquals(new double[] {6.5, 7, 9.5}, look.scores(), 1e-5);
          assertEquals(set(2), selection.best(look, 1));
          assertEquals(set(1, 2), selection.best(look, 2));
          selection.select(set(2));
          selection.train();
          float[] weight = selection.weights().get("last.weight").toFloats();
          float[] expected = {0, 0, 0.0475f, 0, 0, 0.133f};
          assertArrayEquals(expected, weight, 1e-6f);
        });
  }

  /**
   * Without weights both classes have probability 1/2: the gradient of the mean cross entropy is
   * 1/2 sum of (p - y) times inputs, (1, -1, -2)/4 for the first class and its opposite for the
   * other. Alone it moves the third input, whose own weight is zero, by 0.019/2 against it.
   */
  @Test
  void look_andTrain_byClassesAlone_byHand() {
    Graph graph = TinyNetworks.classifier(IDENTITY, new float[][] {{1, 0, 0}, {0, 2, 0}});
    check(
        graph,
        pixels(),
        options(0, 1),
        (selection, consumers) -> {
          Selection.Look look = selection.look();
          assertEquals(Math.log(2), look.loss(), 1e-6);
          assertArrayEquals(new double[] {0.5, 0.5, 1}, look.scores(), 1e-6);
          selection.select(set(2));
          selection.train();
          float[] weight = selection.weights().get("last.weight").toFloats();
          float[] expected = {0, 0, 0.0095f, 0, 0, -0.0095f};
          assertArrayEquals(expected, weight, 1e-6f);
        });
  }

  /** Both together: -(5, 4, 5)/2 + 20 (1, -1, -2)/4, and -(8, 10, 14)/2 - 20 (1, -1, -2)/4. */
  @Test
  void look_byFeaturesAndClasses_addsTheirGradients() {
    Graph graph = TinyNetworks.classifier(IDENTITY, new float[][] {{1, 0, 0}, {0, 2, 0}});
    check(
        graph,
        pixels(),
        options(1, 20),
        (selection, consumers) -> {
          Selection.Look look = selection.look();
          assertEquals(6.25 + 20 * Math.log(2), look.loss(), 1e-5);
          assertArrayEquals(new double[] {11.5, 7, 15.5}, look.scores(), 1e-5);
        });
  }

  @Test
  void look_ofTheWholeWeightWithoutClasses_scoresZero() {
    Graph graph = TinyNetworks.classifier(IDENTITY, new float[][] {{1, 0.5f, 3}, {0, 2, -1}});
    check(
        graph,
        pixels(),
        options(1, 0),
        (selection, consumers) -> {
          selection.select(set(0, 1, 2));
          Selection.Look look = selection.look();
          assertEquals(0, look.loss(), 1e-12);
          assertArrayEquals(new double[3], look.scores(), 1e-6);
        });
  }

  /**
   * What is not selected stays zero, whatever is trained, and what is no candidate stays itself.
   */
  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void select_growsByTheStep_andTrainsWhatIsSelected(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    Batches images =
        Batches.evaluation(TinyNetworks.splits().train(), Normalization.preset("half"), 16);
    check(
        graph,
        images,
        options(1, 1),
        (selection, consumers) -> {
          for (int round = 1; round <= 2; round++) {
            BitSet wanted = selection.selected();
            wanted.or(selection.best(selection.look(), 2));
            selection.select(wanted);
            selection.train();
            assertEquals(2 * round, selection.selected().cardinality());
            for (Consumer consumer : consumers) {
              checkColumns(graph, consumer.site(), selection);
            }
          }
          double before = selection.look().loss();
          selection.train();
          assertTrue(selection.look().loss() < before);
        });
  }

  private static void checkColumns(Graph graph, Site site, Selection selection) {
    int group = Sites.of(graph, ChannelMap.of(graph)).free().iterator().next();
    int[] unitOf = site.unitsOf(group);
    double[] before = site.layer().matrix(graph.weight(site.layer().weight()));
    double[] after = site.layer().matrix(selection.weights().get(site.layer().weight()));
    int taps = site.layer().columns() / unitOf.length;
    for (int i = 0; i < after.length; i++) {
      int unit = unitOf[i % site.layer().columns() / taps];
      if (unit < 0) {
        assertEquals(before[i], after[i]);
      } else if (!selection.selected().get(unit)) {
        assertTrue(after[i] == 0);
      }
    }
  }

  @Test
  void select_ofFewer_dropsTheRest() {
    Graph graph = TinyNetworks.classifier(IDENTITY, new float[][] {{1, 0.5f, 3}, {0, 2, -1}});
    check(
        graph,
        pixels(),
        options(1, 1),
        (selection, consumers) -> {
          selection.select(set(0, 1, 2));
          selection.train();
          selection.select(set(1));
          selection.train();
          float[] weight = selection.weights().get("last.weight").toFloats();
          assertTrue(weight[0] == 0 && weight[5] == 0, "no momentum is left of before");
          assertTrue(weight[1] != 0 && weight[4] != 0);
        });
  }

  private PruneResult prune(Graph graph, PlanOptions plan, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(Map.of("epochs", "1", "images", "24"));
    settings.putAll(Map.of("batch", "8", "channels", "2"));
    settings.putAll(more);
    TrainOptions training =
        TrainOptions.defaults()
            .withBatchSize(16)
            .withAugmentation(Augmentation.NONE)
            .withThreads(1);
    PruneOptions options =
        PruneOptions.of("dcp", plan)
            .withSettings(settings)
            .withTraining(training)
            .withEvaluation(EvaluateOptions.defaults().withThreads(1));
    return Pruner.of(graph, options)
        .data(TinyNetworks.splits(), Normalization.preset("half"))
        .run(RunFolder.at(path.resolve("run-" + runs++)));
  }

  /** The head behind the first choice learns; with a rate of nothing it knows nothing. */
  @Test
  void heads_areTrainedBeforeTheSelection() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    double[] losses = new double[2];
    for (int trained = 0; trained < 2; trained++) {
      String rate = trained == 0 ? "1e-30" : "0.1";
      Map<String, String> settings =
          Map.of("feature-weight", "0", "heads", "2", "epochs", "20", "rate", rate);
      PruneResult result = prune(graph, macs(0.5).withScope(PlanOptions.Scope.BRANCHES), settings);
      losses[trained] = result.records().path("select-01").path("lossOfAll").asDouble();
    }
    assertTrue(losses[1] < 0.7 * losses[0], losses[0] + " and " + losses[1]);
  }

  private static PlanOptions macs(double share) {
    return PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, share));
  }

  @Test
  void streams_areReadThroughAGather_andStayWholeWhereOnlyBranchesMayLose() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    PruneResult all = prune(graph, macs(0.5), Map.of());
    assertTrue(all.plan().entries().stream().anyMatch(PlanEntry.Selection.class::isInstance));
    PruneResult branches = prune(graph, macs(0.5).withScope(PlanOptions.Scope.BRANCHES), Map.of());
    assertTrue(branches.plan().entries().stream().allMatch(PlanEntry.Units.class::isInstance));
    assertTrue(2 * branches.after().macs() <= branches.before().macs());
  }

  /** Each round adds two of eight; the tolerance ends it, or there is nothing left to add. */
  @ParameterizedTest
  @ValueSource(strings = {"0.9", "0"})
  void selection_withoutBudget_endsByTheTolerance(String tolerance) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    PruneResult result = prune(graph, macs(0.5).withoutSize(), Map.of("tolerance", tolerance));
    JsonNode first = result.records().path("select-01");
    assertEquals(8, first.path("candidates").asInt());
    assertTrue(first.path("rounds").asInt() <= 4);
    assertEquals(
        Math.min(8, 2 * first.path("rounds").asInt()), first.path("kept").asInt(), "" + first);
    if (tolerance.equals("0.9")) {
      assertEquals(1, first.path("rounds").asInt(), "no pair of channels saves nine tenths");
    }
  }

  @Test
  void selection_ofMoreAtOnceThanThereAre_takesThemAll() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    PruneResult result = prune(graph, macs(0.5), Map.of("channels", "1000"));
    assertEquals(1, result.records().path("select-01").path("rounds").asInt());
    assertTrue(2 * result.after().macs() <= result.before().macs());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "heads=0",
        "epochs=0",
        "rate=0",
        "images=0",
        "batch=0",
        "channels=0",
        "select-rate=0",
        "feature-weight=-1",
        "class-weight=-1",
        "tolerance=1"
      })
  void settings_outOfRange_areRefusedByName(String setting) {
    String[] parts = setting.split("=");
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class,
            () -> Methods.create("dcp", Map.of(parts[0], parts[1])));
    assertTrue(problem.getMessage().contains(parts[0]), problem.getMessage());
  }
}
