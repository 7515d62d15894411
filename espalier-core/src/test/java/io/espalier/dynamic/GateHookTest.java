package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateHookTest {
  private static final GateOptions GATES = GateOptions.of(Variant.SANP);
  private static final Binarization SMOOTH = Binarization.paper().withNoise(0).withSoft(1);

  @TempDir Path path;

  /**
   * The loss of the classifier and of the cost together, through soft gates and without noise, is a
   * smooth function of every weight of the saliencies.
   */
  @Test
  void gradient_ofTheWholeLoss_isTheDifferenceQuotient() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 4, 6, 5), 3), GATES);
    ChannelGate gate = net.channelGates().getFirst();
    for (String name :
        new String[] {
          gate.saliency().bias(), gate.saliency().weight(), gate.saliency().hiddenWeight()
        }) {
      float[] gradient = gradient(net, name);
      int most = 0;
      for (int i = 0; i < gradient.length; i++) {
        most = Math.abs(gradient[i]) > Math.abs(gradient[most]) ? i : most;
      }
      double slope = (loss(net, name, most, 0.02f) - loss(net, name, most, -0.02f)) / 0.04;
      assertTrue(Math.abs(slope) > 1e-3, name + " has no slope");
      assertEquals(slope, gradient[most], 0.03 * Math.abs(slope), name);
    }
  }

  /** Without noise and soft gates the network that is trained is the one that runs. */
  @Test
  void pass_withHardGates_isTheNetworkItself() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 4, 6, 5), 3), GATES);
    Binarization hard = Binarization.paper().withNoise(0).withSoft(0);
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(net.graph(), NetOptions.defaults())) {
      DeviceTensor images = DeviceTensor.of(Samples.images(net.graph(), 6));
      float[] own = torch.forward(images, Mode.EVAL, Taps.none()).toFloats();
      assertArrayEquals(own, torch.forward(images, Mode.EVAL, pass(net, hard)).toFloats(), 1e-6f);
      float[] soft = torch.forward(images, Mode.EVAL, pass(net, SMOOTH)).toFloats();
      assertTrue(Math.abs(own[0] - soft[0]) > 1e-3, own[0] + " and " + soft[0]);
    }
  }

  /** As the learning rate falls the push on gates stays what it was, up to ten times lambda. */
  @Test
  void cost_isHeldAgainstTheLearningRate() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4, 6, 5), GATES);
    GateObjective objective = GateObjective.joint(net, GateLearning.of(0.5));
    GateObjective paper = GateObjective.joint(net, GateLearning.paper(0.5));
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(net.graph(), NetOptions.defaults())) {
      GatePass pass = pass(net, SMOOTH);
      torch.forward(DeviceTensor.of(Samples.images(net.graph(), 6)), Mode.EVAL_GRADIENTS, pass);
      double peak = objective.loss(pass, torch, 0.1, 1).orElseThrow().item();
      assertEquals(4 * peak, objective.loss(pass, torch, 0.1, 4).orElseThrow().item(), 1e-5);
      assertEquals(10 * peak, objective.loss(pass, torch, 0.1, 40).orElseThrow().item(), 1e-5);
      assertEquals(peak, objective.loss(pass, torch, 0.1, 0.2).orElseThrow().item(), 1e-6);
      assertEquals(
          paper.loss(pass, torch, 0.1, 1).orElseThrow().item(),
          paper.loss(pass, torch, 0.1, 40).orElseThrow().item());
    }
  }

  /** The classifier's own gradient still reaches the first layer, that of the gates does not. */
  @Test
  void stopGradient_keepsGatesFromTheLayersInFront() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 4, 6, 5), 3), GATES);
    GateLearning through = GateLearning.of(0.5);
    GateLearning stopped = through.withStopsAtInputs(true);
    assertTrue(costReaches(net, through, "layer1.weight"));
    assertFalse(costReaches(net, stopped, "layer1.weight"));
    for (GateLearning learning : List.of(through, stopped)) {
      assertTrue(costReaches(net, learning, net.channelGates().getFirst().saliency().weight()));
    }
    assertNotEquals(
        classGradient(net, through, "layer1.weight"), classGradient(net, stopped, "layer1.weight"));
    assertEquals(
        classGradient(net, through, "fc.weight"), classGradient(net, stopped, "fc.weight"));
    assertTrue(classGradient(net, stopped, "layer1.weight") > 0);
  }

  /** Whether the cost has a gradient for {@code name}. */
  private static boolean costReaches(DynamicNet net, GateLearning learning, String name) {
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(net.graph(), NetOptions.defaults())) {
      GatePass pass = new GatePass(net, new Binarizer(SMOOTH, 0), learning);
      torch.forward(DeviceTensor.of(Samples.images(net.graph(), 6)), Mode.EVAL_GRADIENTS, pass);
      GateObjective.joint(net, learning).loss(pass, torch, 1, 1).orElseThrow().backward();
      return torch.parameters().get(name).hasGrad();
    }
  }

  /** Norm of the classifier's gradient for {@code name}. */
  private static double classGradient(DynamicNet net, GateLearning learning, String name) {
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(net.graph(), NetOptions.defaults())) {
      GatePass pass = new GatePass(net, new Binarizer(SMOOTH, 0), learning);
      DeviceTensor images = DeviceTensor.of(Samples.images(net.graph(), 6));
      DeviceTensor labels = DeviceTensor.of(new long[] {0, 1, 2, 3, 0, 1}, 6);
      Losses.crossEntropy(torch.forward(images, Mode.EVAL_GRADIENTS, pass), labels, 0).backward();
      return torch.parameters().get(name).grad().square().sum().item();
    }
  }

  private static GatePass pass(DynamicNet net, Binarization binarization) {
    return new GatePass(net, new Binarizer(binarization, 0), GateLearning.paper(0.5));
  }

  private static float[] gradient(DynamicNet net, String name) {
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(net.graph(), NetOptions.defaults())) {
      loss(net, torch).backward();
      return torch.parameters().get(name).grad().toFloats();
    }
  }

  private static double loss(DynamicNet net, String name, int index, float change) {
    Tensor weight = net.graph().weight(name);
    float[] values = weight.toFloats();
    values[index] += change;
    Graph changed = net.graph().withWeights(Map.of(name, weight.withValues(values)));
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(changed, NetOptions.defaults())) {
      return loss(net, torch).item();
    }
  }

  private static DeviceTensor loss(DynamicNet net, TorchNet torch) {
    GatePass pass = pass(net, SMOOTH);
    DeviceTensor images = DeviceTensor.of(Samples.images(net.graph(), 6));
    DeviceTensor logits = torch.forward(images, Mode.EVAL_GRADIENTS, pass);
    DeviceTensor labels = DeviceTensor.of(new long[] {0, 1, 2, 3, 0, 1}, 6);
    DeviceTensor macs =
        CostTerm.MACS.of(
            DynamicCost.of(net), pass.saliencies(), pass.gates(), net.saliencies(), true, true);
    return Losses.crossEntropy(logits, labels, 0).add(macs.mul(3));
  }

  @Test
  void warmUp_leavesTheKernelsAndTrainsTheRest() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4, 6, 5), GATES);
    Graph trained = train(net, GateLearning.of(0.5), GateHook.Phase.WARM_UP, "warm-up").graph();
    assertEquals(net.graph().weight("layer2.weight"), trained.weight("layer2.weight"));
    assertEquals(net.graph().weight("layer1.weight"), trained.weight("layer1.weight"));
    assertNotEquals(net.graph().weight("layer2.scale"), trained.weight("layer2.scale"));
    assertNotEquals(net.graph().weight("layer2.mean"), trained.weight("layer2.mean"));
    assertNotEquals(net.graph().weight("fc.weight"), trained.weight("fc.weight"));
    for (ChannelGate gate : net.channelGates()) {
      assertNotEquals(
          net.graph().weight(gate.saliency().weight()), trained.weight(gate.saliency().weight()));
    }
  }

  @Test
  void warmUp_ofTheSalienciesAlone_leavesEverythingElse() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4, 6, 5), GATES);
    GateLearning learning = GateLearning.of(0.5).withNormsInWarmUp(false);
    Graph trained = train(net, learning, GateHook.Phase.WARM_UP, "warm-up").graph();
    for (String kept : new String[] {"layer2.weight", "layer2.scale", "fc.weight", "fc.bias"}) {
      assertEquals(net.graph().weight(kept), trained.weight(kept));
    }
    String bias = net.channelGates().getFirst().saliency().bias();
    assertNotEquals(net.graph().weight(bias), trained.weight(bias));
  }

  @Test
  void constant_ofTheVariantStatic_staysAsItIs() {
    DynamicNet net =
        DynamicNet.insert(Chains.of(1, 4, 6, 5), GateOptions.of(Variant.STATIC).withSeed(5));
    Graph trained = train(net, GateLearning.of(0.5), GateHook.Phase.JOINT, "static").graph();
    Saliency saliency = net.channelGates().getFirst().saliency();
    assertEquals(net.graph().weight(saliency.squeezed()), trained.weight(saliency.squeezed()));
    assertNotEquals(net.graph().weight(saliency.weight()), trained.weight(saliency.weight()));
  }

  /**
   * With a budget above the cost gates open, below it they close: those that are in between, and
   * those that are decided, beyond ln 11.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 3})
  void lambda_pushesTheSalienciesTowardsTheBudget(double distance) {
    assertTrue(pushed(distance, 0.3) < -0.05, "open gates are pushed down");
    assertTrue(pushed(-distance, 1) > 0.05, "shut gates are pushed up");
  }

  /** How far lambda moves biases that start at {@code start}. */
  private double pushed(double start, double budget) {
    SaliencyOptions saliency = GATES.saliency().withBias(OptionalDouble.of(start));
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4, 6, 5), GATES.withSaliency(saliency));
    BudgetControl control = GateLearning.of(budget).control().withRamp(0);
    GateLearning strong = GateLearning.of(budget).withControl(control.withGain(3));
    GateLearning none = GateLearning.of(budget).withControl(control.withGain(0));
    String folder = start + "-" + budget;
    return biasAfter(net, strong, folder) - biasAfter(net, none, folder + "-none");
  }

  private double biasAfter(DynamicNet net, GateLearning learning, String folder) {
    Graph trained = train(net, learning, GateHook.Phase.JOINT, folder).graph();
    double sum = 0;
    for (double value :
        trained.weight(net.channelGates().getFirst().saliency().bias()).toDoubles()) {
      sum += value / 6;
    }
    return sum;
  }

  @Test
  void progress_andFigures_showCostAndLambda() {
    Notes notes = new Notes();
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4, 6, 5), GATES);
    GateHook hook = new GateHook(net, GateLearning.of(0.5), GateHook.Phase.JOINT, notes);
    TrainResult result =
        Trainer.of(net.graph(), Stripes.splits(), Stripes.NORMALIZATION, Stripes.options(1))
            .hook(hook)
            .run(RunFolder.at(path.resolve("shown")));
    assertTrue(notes.get("MACs").endsWith("% of 50.0 %"), notes.get("MACs"));
    assertTrue(Double.parseDouble(notes.get("lambda")) > 0);
    Map<String, Double> figures = result.history().getFirst().figures();
    assertTrue(figures.get("macs") > 0.4 && figures.get("macs") < 1.2, figures.toString());
    assertTrue(figures.containsKey("validationMacs") && figures.containsKey("lambda"));
    assertTrue(figures.get("leastOpen") > 0.2 && figures.get("leastOpen") <= 1);
  }

  private TrainResult train(
      DynamicNet net, GateLearning learning, GateHook.Phase phase, String folder) {
    return Trainer.of(net.graph(), Stripes.splits(), Stripes.NORMALIZATION, Stripes.options(1))
        .hook(new GateHook(net, learning, phase, Progress.none()))
        .run(RunFolder.at(path.resolve(folder)));
  }
}
