package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaticCutTest {
  private static final GateOptions ALL =
      GateOptions.of(Variant.STATIC).withLayers(GatedLayers.defaults().withFirst(true));
  private static final GateOptions EVERY =
      ALL.withLayers(ALL.layers().withPlacement(GatedLayers.Placement.EVERY));

  @Test
  void cut_ofAChain_costsWhatTheGatesSay() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 6, 10, 12, 8), 3), ALL);
    StaticCut cut = StaticCut.of(net);
    assertEquals(macs(net), Cost.of(cut.smaller()).macs());
    assertTrue(macs(net) < 0.8 * Cost.of(cut.whole()).macs());
    assertSame(net, cut);
    int layer = 0;
    for (Map.Entry<ChannelGate, float[]> entry : StaticFactors.of(net).entrySet()) {
      layer++;
      int open = 0;
      for (float factor : entry.getValue()) {
        open += factor != 0 ? 1 : 0;
      }
      assertEquals(open, cut.smaller().weight("layer" + layer + ".weight").size(0));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"vgg11", "m-cifarnet", "resnet8", "resnet20", "mobilenetv2", "densenet40"})
  void cut_ofAnyNetwork_computesTheSame(String name) {
    DynamicNet net = Samples.gated(Samples.colour(name), EVERY);
    StaticCut cut = StaticCut.of(net);
    assertSame(net, cut);
    assertFalse(DynamicNet.isDynamic(cut.smaller()));
    long whole = Cost.of(cut.whole()).macs();
    assertTrue(Cost.of(cut.smaller()).macs() < 0.9 * whole, "only from " + whole);
    Graph read = OnnxReader.read(OnnxWriter.toBytes(cut.smaller()));
    assertEquals(Cost.of(cut.smaller()).macs(), Cost.of(read).macs());
  }

  private static void assertSame(DynamicNet net, StaticCut cut) {
    Tensor images = Samples.images(net.graph(), 2);
    float[] expected = Samples.onOrt(net.graph(), images);
    float scale = 0;
    for (float value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    assertTrue(scale > 0 && Float.isFinite(scale));
    cut.prove(net, images);
    assertArrayEquals(expected, Samples.onOrt(cut.whole(), images), 1e-4f * scale);
    assertArrayEquals(expected, Samples.onOrt(cut.smaller(), images), 1e-4f * scale);
  }

  @Test
  void cut_ofAnotherNetwork_isNotProved() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 6, 10, 12, 8), 3), ALL);
    DynamicNet other = Samples.gated(Samples.settled(Chains.of(1, 6, 10, 12, 8), 4), ALL);
    Tensor images = Samples.images(net.graph(), 2);
    StaticCut cut = StaticCut.of(other);
    DynamicException problem = assertThrows(DynamicException.class, () -> cut.prove(net, images));
    assertTrue(problem.getMessage().contains("differs from the one with gates"));
    double[] none = new double[images.elements()];
    Arrays.fill(none, Double.NaN);
    Tensor noNumbers = images.withValues(none);
    assertThrows(DynamicException.class, () -> cut.prove(other, noNumbers));
  }

  @Test
  void cut_ofGatesThatDependOnTheSample_isRefused() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4, 6), GateOptions.of(Variant.SANP));
    DynamicException problem = assertThrows(DynamicException.class, () -> StaticCut.of(net));
    assertTrue(problem.getMessage().contains("'layer2' chooses its channels for each sample"));
  }

  private static long macs(DynamicNet net) {
    List<DeviceTensor> gates = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      for (float[] factor : StaticFactors.of(net).values()) {
        float[] open = new float[factor.length];
        for (int i = 0; i < open.length; i++) {
          open[i] = factor[i] == 0 ? 0 : 1;
        }
        gates.add(DeviceTensor.of(open, 1, open.length));
      }
      return CostOfBatch.exact(DynamicCost.of(net), gates, 1, false)[0];
    }
  }
}
