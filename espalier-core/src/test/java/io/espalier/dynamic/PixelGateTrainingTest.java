package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.progress.Progress;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainResult;
import io.espalier.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the thresholds of Channel Gating are trained. */
class PixelGateTrainingTest {
  private static final ThresholdLearning PAPER = ThresholdLearning.paper();
  private static final float[] SCORES = {-2, -0.5f, -0.01f, 0, 0.01f, 0.5f, 2};

  @TempDir Path path;

  private static DynamicNet net() {
    return DynamicNet.insert(Chains.of(1, 8, 12, 16), GateOptions.of(Variant.CHANNEL_GATING));
  }

  @Test
  void gate_isAStepWithTheGradientOfASigmoid() {
    float[] gradients = gradients(PAPER);
    for (int i = 0; i < SCORES.length; i++) {
      double open = 1 / (1 + Math.exp(-2 * SCORES[i]));
      assertEquals((i + 1) * 2 * open * (1 - open), gradients[i], 1e-5);
      double more = 1 / (1 + Math.exp(-2 * (SCORES[i] + 1e-4)));
      assertEquals((i + 1) * (more - open) / 1e-4, gradients[i], 1e-3);
    }
  }

  @Test
  void gate_oneSided_passesNoGradientWhereItIsClosed() {
    float[] both = gradients(PAPER);
    float[] gradients = gradients(PAPER.withOneSided(true));
    assertArrayEquals(
        new float[] {0, 0, 0}, new float[] {gradients[0], gradients[1], gradients[2]});
    for (int i = 4; i < SCORES.length; i++) {
      assertEquals(both[i], gradients[i], 1e-6);
    }
    assertNotEquals(both[6], gradients(PAPER.withSlope(1))[6]);
  }

  /** Of gates times 1, 2, 3, ... with respect to the scores. */
  private static float[] gradients(ThresholdLearning how) {
    try (Scope scope = Scope.open()) {
      DeviceTensor scores = DeviceTensor.of(SCORES, 1, SCORES.length).requiresGrad(true);
      DeviceTensor gates = StraightThrough.gate(scores, how);
      assertArrayEquals(new float[] {0, 0, 0, 0, 1, 1, 1}, gates.toFloats());
      gates.mul(DeviceTensor.of(new float[] {1, 2, 3, 4, 5, 6, 7}, 1, 7)).sum().backward();
      return scores.grad().toFloats();
    }
  }

  /**
   * The gradient of a threshold through the whole network is that of the loss in which each gate is
   * a sigmoid plus what is missing to the step, and that is a constant.
   */
  @Test
  void gradient_ofTheLoss_isTheDifferenceQuotientThroughTheSigmoid() {
    DynamicNet net =
        PixelGateTest.gated(
            Samples.settled(Chains.of(1, 8, 12, 16), 3), GateOptions.of(Variant.CHANNEL_GATING));
    String shift = net.gates().getFirst().learned().iterator().next();
    float[] gradient;
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(net.graph(), NetOptions.defaults())) {
      GatePass pass =
          new GatePass(net, new Binarizer(Binarization.paper(), 0), GateLearning.paper(0.5));
      loss(net, torch, pass).backward();
      gradient = torch.parameters().get(shift).grad().toFloats();
    }
    Frozen frozen = new Frozen(net);
    lossAfter(net, shift, 0, 0, frozen);
    int most = 0;
    for (int i = 0; i < gradient.length; i++) {
      most = Math.abs(gradient[i]) > Math.abs(gradient[most]) ? i : most;
    }
    double slope =
        (lossAfter(net, shift, most, 0.02f, frozen) - lossAfter(net, shift, most, -0.02f, frozen))
            / 0.04;
    assertTrue(Math.abs(slope) > 1e-3, "no slope");
    assertEquals(slope, gradient[most], 0.03 * Math.abs(slope));
  }

  private static DeviceTensor loss(DynamicNet net, TorchNet torch, Taps taps) {
    DeviceTensor images = DeviceTensor.of(Samples.images(net.graph(), 6));
    DeviceTensor logits = torch.forward(images, Mode.EVAL_GRADIENTS, taps);
    DeviceTensor labels = DeviceTensor.of(new long[] {0, 1, 2, 3, 0, 1}, 6);
    return Losses.crossEntropy(logits, labels, 0);
  }

  private static double lossAfter(
      DynamicNet net, String name, int index, float change, Frozen frozen) {
    Tensor weight = net.graph().weight(name);
    float[] values = weight.toFloats();
    values[index] += change;
    Graph changed = net.graph().withWeights(Map.of(name, weight.withValues(values)));
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(changed, NetOptions.defaults())) {
      return loss(net, torch, frozen).item();
    }
  }

  /** Sigmoids for gates, plus a constant that makes the first pass one of steps. */
  private static final class Frozen implements Taps {
    private final DynamicNet net;
    private final Map<String, DeviceTensor> scores = new HashMap<>();
    private final Map<String, float[]> missing = new HashMap<>();

    Frozen(DynamicNet net) {
      this.net = net;
    }

    @Override
    public Set<String> values() {
      Set<String> values = new HashSet<>();
      net.gates().forEach(gate -> values.addAll(List.of(gate.score(), gate.gate())));
      return values;
    }

    @Override
    public DeviceTensor tap(String value, DeviceTensor tensor) {
      Gate gate =
          net.gates().stream()
              .filter(g -> g.score().equals(value) || g.gate().equals(value))
              .findFirst()
              .orElseThrow();
      if (gate.score().equals(value)) {
        scores.put(gate.layer(), tensor);
        return tensor;
      }
      DeviceTensor soft = scores.get(gate.layer()).mul(2).sigmoid();
      float[] rest = missing.computeIfAbsent(gate.layer(), layer -> tensor.sub(soft).toFloats());
      return soft.add(DeviceTensor.of(rest, soft.shape()));
    }
  }

  /** Thresholds of 0.5 and -1 in the first layer, of 0 in the second, a target of 2. */
  @Test
  void objective_ofThresholds_byHand() {
    DynamicNet net = net();
    String shift = net.gates().getFirst().learned().iterator().next();
    float[] values = new float[12];
    Arrays.fill(values, -2);
    values[0] = -0.5f;
    values[1] = 1;
    Graph set = net.graph().withWeights(Map.of(shift, Tensor.floats(new int[] {12}, values)));
    ThresholdLearning learning = PAPER.withPull(0.1);
    for (OptionalDouble target : List.of(OptionalDouble.of(2), OptionalDouble.empty())) {
      GateObjective objective =
          GateObjective.joint(
              DynamicNet.of(set), GateLearning.of(0.5).withThresholds(learning.withTarget(target)));
      try (Scope scope = Scope.open();
          TorchNet torch = TorchNet.of(set, NetOptions.defaults())) {
        double lambda = target.isPresent() ? 77 : 2;
        DeviceTensor loss = objective.loss(null, torch, lambda, 3).orElseThrow();
        assertEquals(0.1 * (1.5 * 1.5 + 3 * 3 + 16 * 2 * 2), loss.item(), 1e-5);
        loss.backward();
        float[] gradient = torch.parameters().get(shift).grad().toFloats();
        assertEquals(0.2 * 1.5, gradient[0], 1e-6);
        assertEquals(0.2 * 3, gradient[1], 1e-6);
        assertEquals(0, gradient[2], 1e-6);
        assertEquals(Map.of("target", 2.0), objective.steered(lambda));
      }
    }
  }

  /** Gates open half of the pixels at first; the target rises or falls until the budget is met. */
  @Test
  void target_followsTheBudget() {
    double tight = meanThreshold(GateLearning.of(Variant.CHANNEL_GATING, 0.4), "tight");
    double wide = meanThreshold(GateLearning.of(Variant.CHANNEL_GATING, 0.95), "wide");
    assertTrue(tight > 0.1, "thresholds rise, but are " + tight);
    assertTrue(wide < -0.1, "thresholds fall, but are " + wide);
    GateLearning fixed = GateLearning.of(Variant.CHANNEL_GATING, 0.95);
    fixed = fixed.withThresholds(fixed.thresholds().withTarget(OptionalDouble.of(1)).withPull(0.1));
    double pulled = meanThreshold(fixed, "fixed");
    assertTrue(pulled > 0.5, "thresholds are drawn to 1, but are " + pulled);
  }

  private double meanThreshold(GateLearning learning, String folder) {
    DynamicNet net = net();
    Graph trained = train(net, learning, GateHook.Phase.JOINT, folder).graph();
    double sum = 0;
    for (Gate gate : net.gates()) {
      PixelGate pixels = (PixelGate) gate;
      for (double value : trained.weight(pixels.shift()).toDoubles()) {
        sum -= value / (12 + 16);
      }
      assertEquals(net.graph().weight(pixels.scale()), trained.weight(pixels.scale()));
    }
    return sum;
  }

  @Test
  void warmUp_ofTheThresholdsAlone_leavesEverythingElse() {
    DynamicNet net = net();
    GateLearning learning = GateLearning.of(0.5).withNormsInWarmUp(false);
    TrainResult result = train(net, learning, GateHook.Phase.WARM_UP, "warm-up");
    for (String name : net.graph().initializers().keySet()) {
      boolean statistic = name.endsWith("mean") || name.endsWith("variance");
      if (!statistic) {
        Tensor before = net.graph().weight(name);
        boolean same = before.equals(result.graph().weight(name));
        assertEquals(!name.endsWith("cg.shift"), same, name);
      }
    }
    assertEquals(Set.of("macs", "leastOpen", "validationMacs"), figures(result));
    TrainResult joint = train(net, GateLearning.of(0.5), GateHook.Phase.JOINT, "joint");
    assertTrue(figures(joint).contains("target"));
  }

  private static Set<String> figures(TrainResult result) {
    return result.history().getFirst().figures().keySet();
  }

  private TrainResult train(
      DynamicNet net, GateLearning learning, GateHook.Phase phase, String folder) {
    return Trainer.of(net.graph(), Stripes.splits(), Stripes.NORMALIZATION, Stripes.options(2))
        .hook(new GateHook(net, learning, phase, Progress.none()))
        .run(RunFolder.at(path.resolve(folder)));
  }
}
