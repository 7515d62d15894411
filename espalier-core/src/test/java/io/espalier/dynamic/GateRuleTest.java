package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateRuleTest {
  /** 0.28 times 25 is a little more than 7 in floating point. */
  @Test
  void kept_isTheShareInWholeChannelsUp() {
    GateOptions options = GateOptions.of(Variant.FIXED_K);
    assertEquals(7, options.withShare(0.28).kept(25));
    assertEquals(8, options.withShare(0.281).kept(25));
    assertEquals(25, options.withShare(1).kept(25));
    assertEquals(1, options.withShare(1e-6).kept(25));
  }

  @ParameterizedTest
  @CsvSource({
    // saliencies; count; which are on
    "'.5,-1,0,2,-0.1,1e-9', positive, 0, 100101",
    "'5,1,4,2,3,0', largest, 3, 101010",
    // ties: of the three 2s the first two, whatever their place
    "'2,1,2,0,5,2', largest, 3, 101010",
    "'0,0,0,0,0,0', largest, 2, 110000",
    "'-5,-1,-4,-2,-3,-6', largest, 2, 010100",
    "'1,2,3,4,5,6', largest, 6, 111111",
    "'5,1,4,2,3,0', winners, 3, 101010",
    // the fourth largest ties with the third, so both go
    "'5,1,4,2,2,0', winners, 3, 101000",
    "'0,0,0,0,0,0', winners, 2, 000000",
    "'3,0,0,0,0,0', winners, 2, 100000",
    "'1,0,2,0,0,0', winners, 6, 111111"
  })
  void gate_ofGivenSaliencies_isTheRule(
      String saliencies, String kind, int count, String expected) {
    float[] given = numbers(saliencies);
    float[] wanted = new float[6];
    for (int i = 0; i < 6; i++) {
      wanted[i] = expected.charAt(i) - '0';
    }
    DynamicNet net = withSaliencies(given, rule(kind, count));
    Tensor images = Samples.images(net.graph(), 2);
    ChannelGate gate = net.channelGates().getFirst();
    float[][] onTorch = Samples.gatesOf(net, images).get(gate.layer());
    assertArrayEquals(wanted, onTorch[0]);
    assertArrayEquals(wanted, onTorch[1]);
    float[] onOrt =
        Samples.valuesOnOrt(Samples.showingGates(net), images).get(gate.gate()).toFloats();
    assertArrayEquals(wanted, Arrays.copyOf(onOrt, 6));
    assertArrayEquals(wanted, Arrays.copyOfRange(onOrt, 6, 12));
  }

  private static GateOptions rule(String kind, int count) {
    return switch (kind) {
      case "positive" -> GateOptions.of(Variant.SANP);
      case "largest" -> GateOptions.of(Variant.FIXED_K).withShare(count / 6.0);
      default -> GateOptions.of(Variant.FBS).withShare(count / 6.0);
    };
  }

  private static float[] numbers(String text) {
    String[] parts = text.split(",");
    float[] values = new float[parts.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(parts[i]);
    }
    return values;
  }

  /** A net of two layers whose second, of six channels, has these saliencies for every sample. */
  private static DynamicNet withSaliencies(float[] saliencies, GateOptions options) {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 5, 6), options);
    Graph graph = net.graph();
    ChannelGate gate = net.channelGates().getFirst();
    Map<String, Tensor> changed = new HashMap<>();
    Tensor weight = graph.weight(gate.saliency().weight());
    changed.put(gate.saliency().weight(), weight.withValues(new double[weight.elements()]));
    changed.put(gate.saliency().bias(), Tensor.floats(new int[] {6}, saliencies));
    return DynamicNet.of(graph.withWeights(changed));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.81, 1})
  void fixedK_keepsTheShareRoundedUpInEveryLayerAndSample(double share) {
    GateOptions options = GateOptions.of(Variant.FIXED_K).withShare(share);
    DynamicNet net = Samples.gated(Samples.zoo("resnet8"), options);
    Map<String, float[][]> gates = Samples.gatesOf(net, Samples.images(net.graph(), 7));
    for (ChannelGate gate : net.channelGates()) {
      float[][] rows = gates.get(gate.layer());
      assertEquals(7, rows.length);
      for (float[] row : rows) {
        double on = 0;
        for (float value : row) {
          on += value;
        }
        assertEquals(Math.ceil(share * gate.channels()), on);
      }
    }
  }

  @Test
  void count_below1_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new GateRule.Largest(0));
    assertThrows(IllegalArgumentException.class, () -> new GateRule.Winners(-1));
    GateOptions options = GateOptions.of(Variant.FBS);
    assertThrows(IllegalArgumentException.class, () -> options.withShare(0));
    assertThrows(IllegalArgumentException.class, () -> options.withShare(1.01));
    assertThrows(IllegalArgumentException.class, () -> options.withShare(Double.NaN));
  }
}
