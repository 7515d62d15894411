package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Scope;
import io.espalier.zoo.Zoo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DynamicCostTest {
  private static final GateOptions ALL =
      GateOptions.of(Variant.SANP).withLayers(GatedLayers.defaults().withFirst(true));
  private static final GateOptions EVERY =
      ALL.withLayers(ALL.layers().withPlacement(GatedLayers.Placement.EVERY));

  @ParameterizedTest
  @ValueSource(
      strings = {"vgg11", "resnet20", "preresnet20", "resnext20", "mobilenetv2", "densenet40"})
  void allOnes_costTheOriginalNetworkAndTheSaliencies(String name) {
    Graph graph = Zoo.build(name, 1);
    DynamicNet net = DynamicNet.insert(graph, EVERY);
    DynamicCost cost = DynamicCost.of(net);
    assertEquals(Cost.of(graph).macs(), cost.backboneMacs());
    assertEquals(Cost.of(graph).macsWithBias(), cost.backboneMacsWithBias());
    assertEquals(Cost.of(net.graph()).macs(), cost.backboneMacs() + cost.saliencyMacs());
    long all = cost.backboneMacs() + cost.saliencyMacs();
    assertArrayEquals(new long[] {all, all}, costs(net, gates(net, 1), false));
    long biases = cost.backboneMacsWithBias() - cost.backboneMacs();
    assertTrue(costs(net, gates(net, 1), true)[0] > all + biases);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vgg11", "resnet20", "preresnet20", "resnext20"})
  void allZeros_ofNetsWhoseLayersAreAllGated_costTheSalienciesAlone(String name) {
    DynamicNet net = DynamicNet.insert(Zoo.build(name, 1), EVERY);
    long saliencies = DynamicCost.of(net).saliencyMacs();
    long expected = name.equals("preresnet20") ? saliencies + readingConstants(net) : saliencies;
    assertEquals(expected, costs(net, gates(net, 0), false)[0]);
  }

  /**
   * In a pre-activation net a normalisation behind the gate makes constants of zeros: the last
   * linear layer has all its inputs in use; the convolutions all have their outputs gated.
   */
  private static long readingConstants(DynamicNet net) {
    return DynamicCost.of(net).layers().stream()
        .filter(layer -> layer.layer().equals("classifier"))
        .mapToLong(LayerCost::denseMacs)
        .sum();
  }

  /**
   * Grey 8x8 images; 4 channels at 8x8, 6 at 4x4, 5 at 4x4; 4 classes. In use: 4 (ungated), 2 of 6,
   * 3 of 5. First 9*1*4*64 = 2304; second 9*4*2*16 = 1152; third 9*2*3*16 = 864; classifier 3*4 =
   * 12. Saliencies: 8*(4+6) + 8*(6+5) = 168. The rule with one for the bias adds 4*64 + 2*16 + 3*16
   * + 4 = 340 in the backbone and 8+6+8+5 = 27 in the saliencies.
   */
  @Test
  void cost_ofAChain_byHand() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4, 6, 5), GateOptions.of(Variant.SANP));
    List<float[]> gates = List.of(new float[] {0, 1, 0, 0, 1, 0}, new float[] {1, 1, 0, 0, 1});
    assertEquals(2304 + 1152 + 864 + 12 + 168, costs(net, gates, false)[0]);
    assertEquals(4500 + 340 + 27, costs(net, gates, true)[0]);
    assertEquals(2304 + 9 * 24 * 16 + 9 * 30 * 16 + 20, DynamicCost.of(net).backboneMacs());
  }

  /** M-CifarNet with c/16: the paper says that saliencies add about 0.01 %. */
  @Test
  void saliencies_ofMCifarNet_addAHundredthOfAPercent() {
    DynamicCost cost =
        DynamicCost.of(
            DynamicNet.insert(Zoo.build("m-cifarnet", 1), GateOptions.paper(Variant.SANP)));
    assertEquals(1.1e-4, cost.saliencyMacs() / (double) cost.backboneMacs(), 0.2e-4);
  }

  @Test
  void saliencies_ofAConstant_costNothing() {
    DynamicNet net = DynamicNet.insert(Zoo.build("resnet8", 1), GateOptions.of(Variant.STATIC));
    assertEquals(0, DynamicCost.of(net).saliencyMacs());
  }

  /**
   * The first block of resnet20's second stage adds 16 padded zero channels to both sides of the
   * stream of 16, so that only the branch's own gate decides about those 16; the middle 16 also
   * carry the stream, whose first producer, the stem, is not gated.
   */
  @Test
  void support_behindAPaddedShortcut_isKnown() {
    DynamicNet net = DynamicNet.insert(Zoo.build("resnet20", 1), GateOptions.of(Variant.SANP));
    List<float[]> gates = gates(net, 0);
    Support stream = SupportFlow.of(net).get("stage2.block0.relu");
    try (Scope scope = Scope.open()) {
      float[] active = new Activity(tensors(gates)).of(stream).toFloats();
      float[] expected = new float[32];
      Arrays.fill(expected, 8, 24, 1);
      assertArrayEquals(expected, active);
    }
  }

  /** What is said to be idle has no effect: its weights can be anything. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "vgg11",
        "m-cifarnet",
        "resnet20",
        "preresnet20",
        "resnext20",
        "mobilenetv2",
        "densenet40"
      })
  void idleChannels_withOtherWeights_changeNothing(String name) {
    DynamicNet net = Samples.gated(Samples.colour(name), EVERY);
    Tensor image = Samples.images(net.graph(), 1);
    Graph garbage = IdleWeights.garbled(net, image);
    float[] expected = Samples.onTorch(net.graph(), image);
    assertArrayEquals(expected, Samples.onTorch(garbage, image), 1e-5f * most(expected));
    long changed =
        net.graph().initializers().keySet().stream()
            .filter(key -> !net.graph().weight(key).equals(garbage.weight(key)))
            .count();
    assertTrue(changed >= net.gates().size(), "only %d weights differ".formatted(changed));
  }

  @Test
  void idleChannels_ofOneImage_areInUseForAnother() {
    DynamicNet net = Samples.gated(Samples.colour("resnet20"), EVERY);
    Tensor image = Samples.images(net.graph(), 1);
    Graph garbage = IdleWeights.garbled(net, image);
    double[] pixels = image.toDoubles();
    Tensor other = image.withValues(Arrays.stream(pixels).map(pixel -> -pixel).toArray());
    float[] expected = Samples.onTorch(net.graph(), other);
    float[] found = Samples.onTorch(garbage, other);
    assertTrue(Math.abs(expected[0] - found[0]) > 1e-3 * most(expected));
  }

  private static float most(float[] values) {
    float most = 0;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
    }
    return most;
  }

  @Test
  void share_ofZerosAndOnes_isTheExactMean() {
    DynamicNet net = Samples.gated(Samples.zoo("resnet8"), EVERY);
    Tensor images = Samples.images(net.graph(), 5);
    double[] found = new double[2];
    GateTrace trace =
        new GateTrace(
            net,
            (gates, samples) -> {
              DynamicCost cost = DynamicCost.of(net);
              long[] exact = CostOfBatch.exact(cost, gates, 5, false);
              found[0] = Arrays.stream(exact).average().orElseThrow() / cost.backboneMacs();
              found[1] = CostOfBatch.share(cost, gates).item();
            });
    Samples.onTorch(net.graph(), images, Mode.EVAL, trace);
    assertEquals(found[0], found[1], 1e-6);
    assertTrue(found[0] < 0.9 && found[0] > 0.05, "share " + found[0]);
  }

  /** Central differences, on a net with a residual sum and groups. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet8", "resnext20"})
  void share_hasTheGradientOfItself(String name) {
    DynamicNet net = DynamicNet.insert(Zoo.build(name, 1), ALL);
    DynamicCost cost = DynamicCost.of(net);
    SplittableRandom random = new SplittableRandom(2);
    List<float[]> soft = gates(net, 0);
    for (float[] row : soft) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextFloat();
      }
    }
    try (Scope scope = Scope.open()) {
      List<DeviceTensor> gates = tensors(soft);
      gates.forEach(gate -> gate.requiresGrad(true));
      CostOfBatch.share(cost, gates).backward();
      for (int gate = 0; gate < soft.size(); gate += 3) {
        float gradient = gates.get(gate).grad().toFloats()[1];
        soft.get(gate)[1] += 0.5f;
        double up = CostOfBatch.share(cost, tensors(soft)).item();
        soft.get(gate)[1] -= 1;
        double down = CostOfBatch.share(cost, tensors(soft)).item();
        soft.get(gate)[1] += 0.5f;
        // The cost is linear in each gate, so that any step gives the slope.
        assertEquals(up - down, gradient, 2e-6 + 1e-3 * Math.abs(gradient));
        assertTrue(gradient > 0);
      }
    }
  }

  @Test
  void distribution_ofKnownCosts_byHand() {
    SampleCosts costs = new SampleCosts(200, new long[] {40, 10, 30, 20});
    assertEquals(25, costs.mean());
    assertEquals(0.125, costs.share());
    assertEquals(Math.sqrt(125), costs.deviation(), 1e-12);
    assertEquals(10, costs.quantile(0));
    assertEquals(20, costs.quantile(0.5));
    assertEquals(30, costs.quantile(0.51));
    assertEquals(40, costs.quantile(1));
    assertThrows(IllegalArgumentException.class, () -> costs.quantile(1.1));
    assertThrows(IllegalArgumentException.class, () -> new SampleCosts(1, new long[0]));
  }

  /** One row of {@code value} a gate. */
  private static List<float[]> gates(DynamicNet net, float value) {
    List<float[]> gates = new ArrayList<>();
    for (Gate gate : net.gates()) {
      float[] row = new float[gate.channels()];
      Arrays.fill(row, value);
      gates.add(row);
    }
    return gates;
  }

  private static List<DeviceTensor> tensors(List<float[]> rows) {
    List<DeviceTensor> tensors = new ArrayList<>();
    rows.forEach(row -> tensors.add(DeviceTensor.of(row, 1, row.length)));
    return tensors;
  }

  private static long[] costs(DynamicNet net, List<float[]> rows, boolean withBias) {
    try (Scope scope = Scope.open()) {
      return CostOfBatch.exact(DynamicCost.of(net), tensors(rows), 2, withBias);
    }
  }
}
