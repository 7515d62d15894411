package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.train.RunFolder;
import io.espalier.train.Schedule;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainRun;
import io.espalier.train.TrainStep;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That what was asked for reaches the training of gates. */
class GateWiresTest {
  private static final int IMAGES = 6;
  private static final int STEPS_PER_EPOCH = 5;
  private static final double PEAK = 0.1;
  private static final Binarization NOISY =
      Binarization.paper().withNoise(3).withSoft(0).withQuiet(0.5);

  @TempDir Path path;

  private static GateLearning learning(Binarization binarization) {
    GateLearning learning = GateLearning.of(0.5).withBinarization(binarization);
    return learning.withControl(learning.control().withRamp(0).withIntegral(0));
  }

  private static TrainOptions options() {
    return Stripes.options(2).withLearningRate(PEAK).withSchedule(new Schedule.Cosine(1, 0));
  }

  /** A hook at work on a network of its own. */
  private static final class Bench implements AutoCloseable {
    private final DynamicNet net;
    private final TorchNet torch;
    private final GateHook hook;
    private final DeviceTensor images;
    private final Notes notes = new Notes();

    Bench(DynamicNet net, GateLearning learning, GateHook.Phase phase) {
      this.net = net;
      torch = TorchNet.of(net.graph(), NetOptions.defaults());
      hook = new GateHook(net, learning, phase, notes);
      hook.start(new TrainRun(torch, options(), STEPS_PER_EPOCH));
      images = DeviceTensor.of(Samples.images(net.graph(), IMAGES));
    }

    float[] own() {
      return torch.forward(images, Mode.EVAL, Taps.none()).toFloats();
    }

    /** Batch statistics as they are, gates as in the mode. */
    float[] run(Mode mode) {
      return torch.forward(images, Mode.EVAL_GRADIENTS, hook.taps(mode)).toFloats();
    }

    TrainStep step(double learningRate) {
      long[] labels = {0, 1, 2, 3, 0, 1};
      return new TrainStep(
          0, 0, learningRate, IMAGES, labels, torch, Map.of(), DeviceTensor.zeros(1));
    }

    Optional<Double> extra(double learningRate) {
      run(Mode.TRAIN);
      return hook.extraLoss(step(learningRate)).map(DeviceTensor::item);
    }

    void after(int steps) {
      for (int i = 0; i < steps; i++) {
        hook.afterStep(step(PEAK));
      }
    }

    @Override
    public void close() {
      torch.close();
    }
  }

  private static DynamicNet chain() {
    return Samples.gated(Samples.settled(Chains.of(1, 4, 6, 5), 3), GateOptions.of(Variant.SANP));
  }

  /** One gate, whose saliencies no other gate's noise changes. */
  private static DynamicNet oneGate() {
    return Samples.gated(Samples.settled(Chains.of(1, 5, 6), 3), GateOptions.of(Variant.SANP));
  }

  /** Noise in the first half of the joint training; none in its second half, nor in evaluation. */
  @Test
  void noise_isInTrainingAlone_andEndsWhereItShould() {
    try (Scope scope = Scope.open();
        Bench bench = new Bench(chain(), learning(NOISY), GateHook.Phase.JOINT)) {
      float[] own = bench.own();
      assertTrue(difference(own, bench.run(Mode.TRAIN)) > 1e-3);
      assertArrayEquals(own, bench.run(Mode.EVAL), 1e-6f);
      bench.after(4);
      assertTrue(difference(own, bench.run(Mode.TRAIN)) > 1e-3);
      bench.after(1);
      assertArrayEquals(own, bench.run(Mode.TRAIN), 1e-6f);
    }
  }

  /** The warm-up is the beginning: it has the noise throughout, and no cost. */
  @Test
  void warmUp_hasNoiseThroughout_andNoCost() {
    try (Scope scope = Scope.open();
        Bench bench = new Bench(chain(), learning(NOISY), GateHook.Phase.WARM_UP)) {
      bench.after(8);
      assertTrue(difference(bench.own(), bench.run(Mode.TRAIN)) > 1e-3);
      assertEquals(Optional.empty(), bench.extra(PEAK));
    }
    try (Scope scope = Scope.open();
        Bench bench = new Bench(chain(), learning(NOISY), GateHook.Phase.JOINT)) {
      assertNotEquals(0, bench.extra(PEAK).orElseThrow());
    }
  }

  /** Five steps of warm-up to the rate, then a fall: a quarter of the rate, four times the term. */
  @Test
  void cost_isHeldWhileTheRateFalls_notWhileItRises() {
    double peak = extraAt(5, PEAK);
    assertEquals(4 * peak, extraAt(5, PEAK / 4), 1e-5);
    assertEquals(extraAt(0, PEAK), extraAt(0, PEAK / 5), 1e-6);
  }

  private static double extraAt(int steps, double learningRate) {
    Binarization smooth = NOISY.withNoise(0).withQuiet(0).withSoft(1);
    try (Scope scope = Scope.open();
        Bench bench = new Bench(chain(), learning(smooth), GateHook.Phase.JOINT)) {
      bench.after(steps);
      return bench.extra(learningRate).orElseThrow();
    }
  }

  /** The running cost is that of the network itself, or of the gates with their noise. */
  @ParameterizedTest
  @CsvSource({"CLEAN, true", "NOISY, false"})
  void cost_isCountedByTheGatesThatWereAskedFor(BudgetControl.Code code, boolean own) {
    GateLearning noisy = learning(NOISY);
    try (Scope scope = Scope.open();
        Bench counted =
            new Bench(
                oneGate(),
                noisy.withControl(noisy.control().withCode(code)),
                GateHook.Phase.JOINT);
        Bench still = new Bench(oneGate(), learning(NOISY.withNoise(0)), GateHook.Phase.JOINT)) {
      counted.extra(PEAK);
      still.extra(PEAK);
      assertEquals(own, counted.notes.get("MACs").equals(still.notes.get("MACs")));
    }
  }

  /** Of saliencies 0.1 to 0.6 in each sample the three largest win: 1.5, times the penalty. */
  @Test
  void penalty_onWinners_byHand() {
    DynamicNet net =
        DynamicNet.insert(Chains.of(1, 5, 6), GateOptions.of(Variant.FBS).withShare(0.5));
    Saliency saliency = net.channelGates().getFirst().saliency();
    Tensor weight = net.graph().weight(saliency.weight());
    Graph graph =
        net.graph()
            .withWeights(
                Map.of(
                    saliency.weight(),
                    weight.withValues(new double[weight.elements()]),
                    saliency.bias(),
                    Tensor.floats(new int[] {6}, 0.1f, 0.6f, 0.2f, 0.5f, 0.3f, 0.4f)));
    GateLearning learning = GateLearning.of(0.5).withPenalty(0.25);
    try (Scope scope = Scope.open();
        Bench bench = new Bench(DynamicNet.of(graph), learning, GateHook.Phase.JOINT)) {
      assertEquals(0.25 * 1.5, bench.extra(PEAK).orElseThrow(), 1e-6);
    }
  }

  /** Batch statistics are measured anew at the end, for the gates as they run then. */
  @Test
  void statistics_areMeasuredAnew_whereThatIsAskedFor() {
    Graph with = trained(4);
    Graph without = trained(0);
    assertEquals(without.weight("layer2.weight"), with.weight("layer2.weight"));
    assertNotEquals(without.weight("layer2.mean"), with.weight("layer2.mean"));
  }

  private Graph trained(int batches) {
    SaliencyOptions open = GateOptions.of(Variant.SANP).saliency().withBias(OptionalDouble.of(1));
    DynamicOptions options =
        DynamicOptions.of(Variant.SANP, 0.6, Stripes.options(1))
            .withGates(GateOptions.of(Variant.SANP).withSaliency(open))
            .withRecalibrationBatches(batches);
    return DynamicTrainer.of(
            Chains.of(1, 4, 6, 5), Stripes.splits(), Stripes.NORMALIZATION, options)
        .run(RunFolder.at(path.resolve("run-" + batches)))
        .net()
        .graph();
  }

  private static double difference(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }
}
