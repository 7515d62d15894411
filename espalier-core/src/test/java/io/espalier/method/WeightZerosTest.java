package io.espalier.method;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Budget;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import io.espalier.zoo.Initialisation;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zeros that stay, and weights that are drawn anew. */
class WeightZerosTest {
  private static final Graph GRAPH = TinyNetworks.of(TinyNetworks.Kind.RESIDUAL, true);

  // Every third weight of the second convolution, and every second of the linear layer.
  private static final BitSet INNER = every(3, 6 * 8 * 9);
  private static final BitSet LINEAR = every(2, 3 * 8);
  private static final PruningPlan PLAN =
      PruningPlan.of(
          GRAPH,
          List.of(
              PlanEntry.WeightMask.of("inner.weight", INNER),
              PlanEntry.WeightMask.of("fc.weight", LINEAR)));

  @TempDir Path path;

  private static BitSet every(int step, int count) {
    BitSet bits = new BitSet();
    IntStream.range(0, count).filter(i -> i % step == 0).forEach(bits::set);
    return bits;
  }

  private static TrainOptions training() {
    return TrainOptions.defaults()
        .withEpochs(2)
        .withBatchSize(16)
        .withLearningRate(0.05)
        .withWeightDecay(0.01)
        .withDecayNormAndBias(true)
        .withClipNorm(0.5)
        .withThreads(1);
  }

  private static Pruner pruner(PruneOptions options) {
    return Pruner.of(GRAPH, options).data(TinyNetworks.splits(), Normalization.preset("half"));
  }

  @Test
  void fineTuning_withMomentumAndDecay_keepsZerosAndTrainsTheRest() {
    PruneOptions options = PruneOptions.replay(PLAN).withFineTuning(training());
    PruneResult result = pruner(options).run(RunFolder.at(path));
    requireZerosAt(INNER, GRAPH.weight("inner.weight"), result.graph().weight("inner.weight"));
    requireZerosAt(LINEAR, GRAPH.weight("fc.weight"), result.graph().weight("fc.weight"));
    assertEquals(GRAPH.nodes(), result.graph().nodes());
  }

  private static void requireZerosAt(BitSet zeros, Tensor before, Tensor after) {
    double[] old = before.toDoubles();
    double[] values = after.toDoubles();
    for (int i = 0; i < values.length; i++) {
      if (zeros.get(i)) {
        assertEquals(0, values[i]);
      } else {
        assertNotEquals(old[i], values[i]);
      }
    }
  }

  @Test
  void fineTuning_stoppedAndTakenUp_endsInTheSameBits() {
    PruneOptions options = PruneOptions.replay(PLAN).withFineTuning(training());
    PruneResult whole = pruner(options).run(RunFolder.at(path.resolve("whole")));
    AtomicInteger calls = new AtomicInteger();
    RunFolder parts = RunFolder.at(path.resolve("parts"));
    assertFalse(pruner(options).stopWhen(() -> calls.incrementAndGet() > 8).run(parts).complete());
    PruneResult rest = pruner(options).run(parts);
    assertTrue(rest.complete());
    assertEquals(whole.graph().initializers(), rest.graph().initializers());
  }

  @Test
  void reinitialised_keepsZerosAndTheSizeOfTheSignal() {
    PruneResult result = pruner(PruneOptions.replay(PLAN).withReinitialisation(true)).run();
    Graph drawn = Initialisation.redraw(GRAPH, 1);
    double[] expected = drawn.weight("inner.weight").toDoubles();
    // Two thirds of the elements are left.
    double factor = Math.sqrt(3.0 / 2);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = INNER.get(i) ? 0 : expected[i] * factor;
    }
    assertArrayEquals(expected, result.graph().weight("inner.weight").toDoubles(), 1e-6);
    assertEquals(drawn.weight("stem.weight"), result.graph().weight("stem.weight"));
    assertTrue(
        result
            .warnings()
            .contains(
                "the weights were drawn anew and not trained: the network knows nothing yet"));
  }

  @Test
  void reinitialised_afterEachCut_hasTheStructureOfTheCut() {
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
    PruneOptions kept = PruneOptions.of("l1", half);
    PruneResult cut = pruner(kept).run();
    PruneResult drawn = pruner(kept.withReinitialisation(true)).run();
    assertEquals(
        Initialisation.redraw(cut.graph(), 1).initializers(), drawn.graph().initializers());
    assertEquals(cut.plan(), drawn.plan());
    PruneOptions inSteps =
        kept.withReinitialisation(true)
            .withIteration(new Iteration(2, Iteration.Schedule.LINEAR, 1))
            .withFineTuning(training());
    PruneResult whole = pruner(inSteps).run(RunFolder.at(path.resolve("whole")));
    AtomicInteger calls = new AtomicInteger();
    RunFolder parts = RunFolder.at(path.resolve("parts"));
    assertFalse(pruner(inSteps).stopWhen(() -> calls.incrementAndGet() > 12).run(parts).complete());
    assertEquals(whole.graph().initializers(), pruner(inSteps).run(parts).graph().initializers());
  }
}
