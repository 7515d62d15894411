package io.espalier.method;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.surgery.Mask;
import io.espalier.surgery.Plans;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Precision;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnitGatesTest {
  private static final int SAMPLES = 3;
  private static final NetOptions EXACT = new NetOptions(Precision.FLOAT64, false);

  private static DeviceTensor images() {
    int count = SAMPLES * TinyNetworks.SIZE * TinyNetworks.SIZE;
    float[] pixels = new float[count];
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < count; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    return DeviceTensor.of(pixels, SAMPLES, 1, TinyNetworks.SIZE, TinyNetworks.SIZE);
  }

  private static double[] run(Graph graph, Taps taps) {
    try (TorchNet net = TorchNet.of(graph, EXACT)) {
      return net.forward(images(), Mode.EVAL, taps).toDoubles();
    }
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void taps_ofOnes_changeNothing_andOfZeros_areTheMask(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    ChannelMap map = ChannelMap.of(graph);
    UnitGates gates = UnitGates.of(graph, map);
    assertEquals(map.units(), gates.count());
    try (Scope scope = Scope.open()) {
      double[] open = run(graph, gates.taps(DeviceTensor.ones(gates.count())));
      assertArrayEquals(run(graph, Taps.none()), open, 0);
      int first = 0;
      for (ChannelGroup group : map.groups()) {
        float[] one = ones(gates.count());
        one[first + 1] = 0;
        BitSet unit = new BitSet();
        unit.set(1);
        Graph masked = Mask.apply(graph, Plans.units(graph, map, Map.of(group.index(), unit)));
        double[] closed = run(graph, gates.taps(DeviceTensor.of(one, gates.count())));
        assertArrayEquals(run(masked, Taps.none()), closed, 1e-12);
        first += group.units();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void gradientOfSampleGates_isTheDifferenceQuotient(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    UnitGates gates = UnitGates.of(graph, ChannelMap.of(graph));
    int count = gates.count();
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, EXACT)) {
      DeviceTensor open = DeviceTensor.ones(SAMPLES, count).requiresGrad(true);
      DeviceTensor loss =
          net.forward(images(), Mode.EVAL_GRADIENTS, gates.taps(open)).square().sum();
      double[] slopes = DeviceTensor.gradients(loss, List.of(open)).getFirst().toDoubles();
      double step = 1.0 / 65536;
      for (int gate = 0; gate < count; gate += 3) {
        double whole = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
          whole += slopes[sample * count + gate];
        }
        double quotient = (loss(graph, gates, gate, step) - loss(graph, gates, gate, -step)) / 2;
        assertEquals(quotient / step, whole, 1e-4 * Math.max(1, Math.abs(whole)), "gate " + gate);
      }
    }
  }

  private static double loss(Graph graph, UnitGates gates, int gate, double change) {
    float[] values = ones(gates.count());
    values[gate] += (float) change;
    double sum = 0;
    for (double y : run(graph, gates.taps(DeviceTensor.of(values, gates.count())))) {
      sum += y * y;
    }
    return sum;
  }
}
