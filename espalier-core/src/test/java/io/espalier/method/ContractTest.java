package io.espalier.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.data.Augmentation;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.proof.ProofResult;
import io.espalier.surgery.PlanFile;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Surgeon;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every registered method must do, on every shape of network. */
class ContractTest {
  private static final Budget.Counted HALF = new Budget.Share(Budget.Quantity.MACS, 0.5);

  @TempDir(factory = MemoryFolder.class)
  Path path;

  /** With {@code -Dmethods=l1,snip} those alone. */
  private static List<MethodInfo> methods() {
    String only = System.getProperty("methods", "");
    return Methods.all().stream()
        .filter(method -> only.isEmpty() || List.of(only.split(",")).contains(method.id()))
        .toList();
  }

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (MethodInfo method : methods()) {
      for (TinyNetworks.Kind kind : TinyNetworks.Kind.values()) {
        cases.add(Arguments.of(method.id(), kind, true));
        cases.add(Arguments.of(method.id(), kind, false));
      }
    }
    return cases.stream();
  }

  private static boolean lacksNorm(String method, boolean norm) {
    return !norm && Methods.get(method).info().needs().contains(Need.BATCH_NORM);
  }

  /** Settings that make a method quick, where its defaults are not. */
  private static Map<String, String> quick(String method) {
    return switch (method) {
      case "annealing" -> Map.of("evaluations", "4");
      case "sensitivity" -> Map.of("keep", "0.75,0.5,0.25");
      case "dcp" -> Map.of("epochs", "1", "images", "16", "batch", "8", "channels", "3");
      case "autopruner" -> Map.of("epochs", "2", "interval", "2", "rate", "0.02");
      case "slimming", "ista", "oicsr", "soft-filter", "fcp" -> Map.of("epochs", "2");
      case "sss", "sss-alpha", "sss-sensitivity" -> Map.of("epochs", "2", "learning-rate", "0.02");
      default -> Map.of();
    };
  }

  private static boolean needs(String method, Need... some) {
    return !Collections.disjoint(Methods.get(method).info().needs(), List.of(some));
  }

  private static PruneOptions options(String method) {
    return PruneOptions.of(method, PlanOptions.of(HALF))
        .withSettings(quick(method))
        .withTraining(training())
        .withEvaluation(EvaluateOptions.defaults().withThreads(1));
  }

  private static TrainOptions training() {
    return TrainOptions.defaults()
        .withEpochs(2)
        .withBatchSize(16)
        .withLearningRate(0.02)
        .withAugmentation(Augmentation.NONE)
        .withThreads(1);
  }

  private static PruneOptions inSteps(String method) {
    PruneOptions options = options(method).withFineTuning(training()).withRecalibration(2);
    boolean ownSteps = Methods.create(method, quick(method)) instanceof Procedure;
    return ownSteps ? options : options.withIteration(new Iteration(2, Iteration.Schedule.AGP, 1));
  }

  private static Pruner pruner(Graph graph, PruneOptions options) {
    return Pruner.of(graph, options).data(TinyNetworks.splits(), Normalization.preset("half"));
  }

  /** Prunes with images, and in a folder, only where the method cannot do without. */
  private PruneResult prune(Graph graph, String method, String folder) {
    PruneOptions options = options(method);
    if (!needs(method, Need.ACTIVATIONS, Need.GRADIENTS, Need.LABELS, Need.TRAINING)) {
      return Pruner.of(graph, options).run();
    }
    return pruner(graph, options).run(RunFolder.at(path.resolve(folder)));
  }

  /** What is left to compute: where weights are masked, products with those that are not zero. */
  private static long macsLeft(String method, PruneResult result) {
    if (Methods.get(method).info().kind() != MethodKind.WEIGHT_MASK) {
      return result.after().macs();
    }
    assertEquals(result.before().macs(), result.after().macs());
    return result.after().nodes().stream()
        .filter(NodeCost::counts)
        .mapToLong(
            cost -> cost.macs() / elements(result.graph(), cost) * nonZeros(result.graph(), cost))
        .sum();
  }

  private static int elements(Graph graph, NodeCost cost) {
    return graph.weight(cost.node().input(1)).elements();
  }

  private static long nonZeros(Graph graph, NodeCost cost) {
    double[] weights = graph.weight(cost.node().input(1)).toDoubles();
    return Arrays.stream(weights).filter(w -> w != 0).count();
  }

  /** The proof, that a mask equals the cut, is part of every prune; a failure would throw. */
  @ParameterizedTest
  @MethodSource("cases")
  void prune_toHalfTheMacs_meetsBudgetAndIsProved(
      String method, TinyNetworks.Kind kind, boolean norm) {
    Graph graph = TinyNetworks.of(kind, norm);
    if (lacksNorm(method, norm)) {
      MethodException problem =
          assertThrows(MethodException.class, () -> prune(graph, method, "none"));
      assertTrue(problem.getMessage().startsWith(method + " needs batch norm"));
      return;
    }
    PruneResult result = prune(graph, method, "first");
    assertTrue(result.complete());
    long left = macsLeft(method, result);
    assertTrue(2 * left <= result.before().macs());
    assertTrue(left * 4 > result.before().macs(), "cuts far too much");
    assertEquals(1, result.findings().size());
    double limit =
        result.plan().foldsConstants() ? ProofResult.ROUNDED_LIMIT : ProofResult.EXACT_LIMIT;
    assertTrue(result.findings().getFirst().maxDifference() < limit);
    PruneResult again = prune(graph, method, "again");
    assertEquals(result.graph().initializers(), again.graph().initializers());
    assertEquals(PlanFile.toJson(result.plan()), PlanFile.toJson(again.plan()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void prune_stoppedAndTakenUpAgain_endsInTheSameBits(
      String method, TinyNetworks.Kind kind, boolean norm) {
    if (lacksNorm(method, norm)) {
      return;
    }
    Graph graph = TinyNetworks.of(kind, norm);
    Pruner pruner = pruner(graph, inSteps(method));
    AtomicInteger asked = new AtomicInteger();
    BooleanSupplier never = () -> asked.incrementAndGet() < 0;
    PruneResult whole = pruner.stopWhen(never).run(RunFolder.at(path.resolve("whole")));
    assertTrue(whole.complete());
    RunFolder parts = RunFolder.at(path.resolve("parts"));
    int calls = 1 + Math.floorMod((method + kind + norm).hashCode(), asked.get() - 1);
    PruneResult part = pruner.stopWhen(after(calls)).run(parts);
    assertFalse(part.complete());
    PruneResult rest = pruner.run(parts);
    assertTrue(rest.complete());
    assertSame(whole, rest);
    // The one plan of all steps cuts the original into the same shape.
    Graph replayed = Surgeon.cut(graph, rest.plan());
    assertEquals(rest.graph().nodes(), replayed.nodes());
    assertEquals(Cost.of(replayed).macs(), rest.after().macs());
    assertTrue(2 * macsLeft(method, rest) <= rest.before().macs());
  }

  /** What the defaults do not go through: other forms of a method, and methods in rounds. */
  static Stream<Arguments> variants() {
    TinyNetworks.Kind chain = TinyNetworks.Kind.CHAIN;
    TinyNetworks.Kind residual = TinyNetworks.Kind.RESIDUAL;
    TinyNetworks.Kind preActivation = TinyNetworks.Kind.PRE_ACTIVATION;
    TinyNetworks.Kind grouped = TinyNetworks.Kind.GROUPED;
    return Stream.of(
        Arguments.of("slimming", residual, Map.of("passes", "2")),
        Arguments.of("slimming", preActivation, Map.of("passes", "2", "stream", "joint")),
        Arguments.of("oicsr", chain, Map.of("passes", "2")),
        Arguments.of("thinet", residual, Map.of("grows", "kept")),
        Arguments.of("thinet", grouped, Map.of("rescale", "false")),
        Arguments.of("channel-pruning", residual, Map.of("compensate", "false")),
        Arguments.of("dcp", grouped, Map.of("feature-weight", "0")),
        Arguments.of("autopruner", residual, Map.of("order", "layer")),
        Arguments.of("autopruner", residual, Map.of("order", "stage")),
        Arguments.of("autopruner", residual, Map.of("structure", "blocks")),
        Arguments.of("sss", residual, Map.of("structures", "blocks+channels")),
        Arguments.of("sss", grouped, Map.of("structures", "groups+channels")),
        Arguments.of("sss-alpha", residual, Map.of("structures", "blocks+channels")),
        Arguments.of("soft-filter", residual, Map.of("zero", "channels")),
        Arguments.of("fcp", residual, Map.of("clusters", "even")),
        Arguments.of("annealing", residual, Map.of("criterion", "taylor-fo")));
  }

  /** Stopped early, in the middle and late. */
  @ParameterizedTest
  @MethodSource("variants")
  void variant_stoppedAndTakenUpAgain_endsInTheSameBits(
      String method, TinyNetworks.Kind kind, Map<String, String> settings) {
    Graph graph = TinyNetworks.of(kind, true);
    Map<String, String> all = new HashMap<>(quick(method));
    all.putAll(settings);
    Pruner pruner = pruner(graph, inSteps(method).withSettings(all));
    AtomicInteger asked = new AtomicInteger();
    PruneResult whole =
        pruner.stopWhen(() -> asked.incrementAndGet() < 0).run(RunFolder.at(path.resolve("whole")));
    assertTrue(whole.complete());
    assertTrue(2 * whole.after().macs() <= whole.before().macs());
    for (int eighth : new int[] {1, 4, 7}) {
      RunFolder parts = RunFolder.at(path.resolve("parts-" + eighth));
      int calls = Math.max(1, asked.get() * eighth / 8);
      assertFalse(pruner.stopWhen(after(calls)).run(parts).complete());
      assertSame(whole, pruner.run(parts));
    }
  }

  private static void assertSame(PruneResult expected, PruneResult actual) {
    assertEquals(expected.graph().initializers(), actual.graph().initializers());
    assertEquals(expected.plan(), actual.plan());
    assertEquals(expected.accuracy(), actual.accuracy());
    assertEquals(expected.findings(), actual.findings());
    assertEquals(expected.warnings(), actual.warnings());
    // A number that was read from a file may be of another Java type.
    assertEquals(expected.records().toString(), actual.records().toString());
  }

  /** Budgets on other quantities than MACs, as far as zeros among weights can meet them. */
  @ParameterizedTest
  @MethodSource("ids")
  void prune_toAShareOfParametersAndOfUnits_meetsIt(String method) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    boolean masks = Methods.get(method).info().kind() == MethodKind.WEIGHT_MASK;
    for (Budget.Quantity quantity : List.of(Budget.Quantity.PARAMS, Budget.Quantity.UNITS)) {
      if (masks && quantity == Budget.Quantity.UNITS) {
        continue;
      }
      PlanOptions plan = PlanOptions.of(new Budget.Share(quantity, 0.6));
      PruneOptions options =
          PruneOptions.of(method, plan)
              .withSettings(quick(method))
              .withTraining(training())
              .withEvaluation(EvaluateOptions.defaults().withThreads(1));
      PruneResult result =
          pruner(graph, options).run(RunFolder.at(path.resolve("share-" + quantity)));
      double left = share(quantity, masks, graph, result);
      assertTrue(left <= 0.6 && left > 0.4, quantity + ": " + left);
    }
  }

  private static double share(
      Budget.Quantity quantity, boolean masks, Graph graph, PruneResult result) {
    if (quantity == Budget.Quantity.UNITS) {
      return (double) ChannelMap.of(result.graph()).units() / ChannelMap.of(graph).units();
    }
    if (!masks) {
      return (double) result.after().params() / result.before().params();
    }
    long zeros =
        result.after().nodes().stream()
            .filter(NodeCost::counts)
            .mapToLong(cost -> elements(result.graph(), cost) - nonZeros(result.graph(), cost))
            .sum();
    return 1 - (double) zeros / result.before().params();
  }

  static Stream<String> ids() {
    return methods().stream().map(MethodInfo::id);
  }

  static Stream<String> labelled() {
    return ids().filter(method -> needs(method, Need.LABELS));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void prune_withoutTheImagesThatItNeeds_saysSo(String method) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    if (!needs(method, Need.ACTIVATIONS, Need.GRADIENTS, Need.LABELS, Need.TRAINING)) {
      assertTrue(Pruner.of(graph, options(method)).run().complete());
      return;
    }
    MethodException problem =
        assertThrows(MethodException.class, () -> Pruner.of(graph, options(method)).run());
    String message = problem.getMessage();
    assertTrue(message.startsWith(method + " needs images"), message);
    assertTrue(message.contains("give --data"), message);
  }

  @ParameterizedTest
  @MethodSource("labelled")
  void prune_withoutTheLabelsThatItNeeds_saysSo(String method) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    int size = TinyNetworks.SIZE;
    int[] unknown = new int[12];
    Arrays.fill(unknown, -1);
    Dataset bare =
        Dataset.of(new byte[12 * size * size], unknown, List.of("a", "b", "c"), 1, size, size);
    Pruner pruner =
        Pruner.of(graph, options(method))
            .data(new DataSplits(bare, bare, bare), Normalization.preset("half"));
    MethodException problem = assertThrows(MethodException.class, pruner::run);
    assertTrue(
        problem.getMessage().startsWith(method + " needs images with labels"),
        problem.getMessage());
  }

  @ParameterizedTest
  @MethodSource("ids")
  void prune_ofBranches_leavesStreamsWhole(String method) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);
    PlanOptions plan = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.75));
    PruneOptions options =
        PruneOptions.of(method, plan.withScope(PlanOptions.Scope.BRANCHES))
            .withSettings(quick(method))
            .withTraining(training())
            .withEvaluation(EvaluateOptions.defaults().withThreads(1));
    Pruner pruner = pruner(graph, options);
    if (Methods.get(method).info().kind() == MethodKind.WEIGHT_MASK) {
      MethodException problem = assertThrows(MethodException.class, pruner::run);
      assertTrue(problem.getMessage().contains("--scope"), problem.getMessage());
      return;
    }
    PruneResult result = pruner.run(RunFolder.at(path.resolve("branches")));
    assertTrue(4 * result.after().macs() <= 3 * result.before().macs());
    assertEquals(8, result.graph().weight("stem.weight").size(0));
    assertTrue(result.graph().weight("inner.weight").size(0) < 6);
  }

  private static BooleanSupplier after(int calls) {
    AtomicInteger count = new AtomicInteger();
    return () -> count.incrementAndGet() > calls;
  }
}
