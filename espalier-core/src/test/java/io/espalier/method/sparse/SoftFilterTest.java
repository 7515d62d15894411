package io.espalier.method.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.Augmentation;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.TorchNet;
import io.espalier.train.EpochMetrics;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainRun;
import io.espalier.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoftFilterTest {
  private static final Graph CHAIN = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);

  @TempDir Path path;

  private static TrainOptions training(int epochs) {
    return TrainOptions.defaults()
        .withEpochs(epochs)
        .withBatchSize(16)
        .withLearningRate(0.05)
        .withAugmentation(Augmentation.NONE)
        .withThreads(1);
  }

  /** The weights before and after what the hook does at the end of each epoch. */
  private static final class Watch implements TrainHook {
    private final SoftZeros hook;
    private final List<Map<String, Tensor>> before = new ArrayList<>();
    private final List<Map<String, Tensor>> after = new ArrayList<>();
    private TorchNet net;

    Watch(SoftZeros hook) {
      this.hook = hook;
    }

    @Override
    public void start(TrainRun run) {
      net = run.net();
      hook.start(run);
    }

    @Override
    public void endOfEpoch(EpochMetrics metrics) {
      before.add(net.state());
      hook.endOfEpoch(metrics);
      after.add(net.state());
    }
  }

  private Watch watch(int epochs, int interval, boolean silent) {
    BitSet units = new BitSet();
    units.set(2);
    units.set(5);
    SoftZeros hook =
        new SoftZeros(ChannelMap.of(CHAIN), graph -> Map.of(0, units), epochs, interval, silent);
    Watch watch = new Watch(hook);
    Trainer.of(CHAIN, TinyNetworks.splits(), Normalization.preset("half"), training(epochs))
        .hook(watch)
        .run(RunFolder.at(path));
    return watch;
  }

  /** Row {@code unit} of a weight with {@code units} rows. */
  private static double[] row(Map<String, Tensor> weights, String name, int unit, int units) {
    double[] all = weights.get(name).toDoubles();
    int size = all.length / units;
    return Arrays.copyOfRange(all, unit * size, (unit + 1) * size);
  }

  @Test
  void endOfEpoch_zeroesChosenFiltersAlone_andTheyGrowBack() {
    Watch watch = watch(2, 1, false);
    for (int epoch = 0; epoch < 2; epoch++) {
      Map<String, Tensor> before = watch.before.get(epoch);
      Map<String, Tensor> after = watch.after.get(epoch);
      for (int unit = 0; unit < 8; unit++) {
        boolean chosen = unit == 2 || unit == 5;
        double[] expected = chosen ? new double[9] : row(before, "first.weight", unit, 8);
        assertArrayEquals(expected, row(after, "first.weight", unit, 8), 0);
        assertTrue(Arrays.stream(row(before, "first.weight", unit, 8)).allMatch(w -> w != 0));
      }
      for (String other : List.of("first.scale", "first.shift", "first.mean", "second.weight")) {
        assertEquals(before.get(other), after.get(other), other);
      }
    }
    assertEquals(2, watch.hook.zeroings());
    assertEquals(2, watch.hook.zeroed());
    assertEquals(0, watch.hook.returned());
  }

  @Test
  void endOfEpoch_ofChannels_silencesThemAndKeepsTheirScale() {
    Watch watch = watch(1, 1, true);
    Map<String, Tensor> after = watch.after.getFirst();
    for (String name : List.of("first.shift", "first.mean")) {
      assertEquals(0, row(after, name, 5, 8)[0], 0, name);
      assertNotEquals(0, row(after, name, 4, 8)[0], name);
    }
    assertNotEquals(0, row(after, "first.scale", 5, 8)[0]);
  }

  @Test
  void endOfEpoch_inIntervals_alwaysZeroesAtTheEnd() {
    Watch watch = watch(5, 2, false);
    assertEquals(3, watch.hook.zeroings());
    assertEquals(watch.before.get(0), watch.after.get(0));
    assertNotEquals(watch.before.get(1), watch.after.get(1));
    assertEquals(watch.before.get(2), watch.after.get(2));
    assertNotEquals(watch.before.get(4), watch.after.get(4));
  }

  @Test
  void returned_areUnitsThatWereChosenBeforeAndNoLonger() {
    List<BitSet> choices = new ArrayList<>();
    for (int[] units : new int[][] {{0, 1, 2}, {1, 2, 3}, {4, 5, 6}}) {
      BitSet bits = new BitSet();
      Arrays.stream(units).forEach(bits::set);
      choices.add(bits);
    }
    SoftZeros hook =
        new SoftZeros(ChannelMap.of(CHAIN), graph -> Map.of(0, choices.removeFirst()), 3, 1, false);
    Trainer.of(CHAIN, TinyNetworks.splits(), Normalization.preset("half"), training(3))
        .hook(hook)
        .run(RunFolder.at(path));
    assertEquals(1 + 3, hook.returned());
    SoftZeros resumed = new SoftZeros(ChannelMap.of(CHAIN), graph -> Map.of(), 3, 1, false);
    resumed.restore(hook.save());
    assertEquals(4, resumed.returned());
    assertEquals(3, resumed.zeroed());
    assertEquals(3, resumed.zeroings());
  }

  private static int factors(PruneResult result, String when) {
    return result.records().path("soft-filter").path(when).path("factors").asInt();
  }

  private PruneResult prune(PlanOptions plan, Map<String, String> settings) {
    PruneOptions options =
        PruneOptions.of("soft-filter", plan).withTraining(training(1)).withSettings(settings);
    return Pruner.of(CHAIN, options)
        .data(TinyNetworks.splits(), Normalization.preset("half"))
        .run(RunFolder.at(path));
  }

  @Test
  void prune_toABudget_removesWhatWasZeroAtTheEnd() {
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
    PruneResult result = prune(half, Map.of("epochs", "3", "learning-rate", "0.05"));
    assertTrue(2 * result.after().macs() <= result.before().macs());
    int removed = 20 - ChannelMap.of(result.graph()).units();
    assertEquals(removed, result.records().path("soft-filter").path("zeroed").asInt());
    assertEquals(3, result.records().path("soft-filter").path("zeroings").asInt());
    assertEquals(removed, result.records().path("soft-filter").path("removed").asInt());
    assertEquals(1, result.records().path("soft-filter").path("removedNearZeroShare").asDouble());
    assertEquals(20, factors(result, "before"));
    assertEquals(20, factors(result, "after"));
    // No filter that is left is zero.
    for (int unit = 0; unit < result.graph().weight("first.weight").size(0); unit++) {
      int rows = result.graph().weight("first.weight").size(0);
      double[] row = row(result.graph().initializers(), "first.weight", unit, rows);
      assertTrue(Arrays.stream(row).anyMatch(w -> w != 0));
    }
  }

  @Test
  void prune_withoutBudget_removesTheSameShareOfEachLayer() {
    PlanOptions own = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5)).withoutSize();
    PruneResult result = prune(own, Map.of("epochs", "2"));
    // floor(0.3 * 8) = 2 and floor(0.3 * 12) = 3.
    assertEquals(6, result.graph().weight("first.weight").size(0));
    assertEquals(9, result.graph().weight("second.weight").size(0));
  }
}
