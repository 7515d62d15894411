package io.espalier.method.gate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.TinyNetworks;
import io.espalier.method.UnitGates;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Surgeon;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Precision;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.train.HookState;
import io.espalier.train.TrainOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CodeHookTest {
  private static final CodeOptions OPTIONS = new CodeOptions(1, 2, 1, 0.5, 10, true, 4, 10);
  private static final int SIZE = 6;
  private static final int IMAGES = 3;

  private static DeviceTensor images() {
    float[] pixels = new float[IMAGES * SIZE * SIZE];
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    return DeviceTensor.of(pixels, IMAGES, 1, SIZE, SIZE);
  }

  private static double[] run(Graph graph, Mode mode, Taps taps) {
    NetOptions exact = new NetOptions(Precision.FLOAT64, false);
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, exact)) {
      return net.forward(images(), mode, taps).toDoubles();
    }
  }

  private static CodeHook hook(Graph read, ChannelMap map) {
    List<Code> codes = new ArrayList<>();
    List<double[]> fixed = new ArrayList<>();
    for (ChannelGroup group : map.groups()) {
      CodeSource source = CodeSource.of(read, map, group).orElseThrow();
      SplittableRandom random = new SplittableRandom(group.index());
      codes.add(new Code(group.name(), List.of(source), group.units(), 0.5, OPTIONS, random));
      double[] ones = new double[group.units()];
      Arrays.fill(ones, 1);
      fixed.add(ones);
    }
    Gating gating = Gating.ofUnits(UnitGates.of(read, map), fixed);
    return new CodeHook("test", gating, codes, TrainOptions.defaults());
  }

  /** A soft gate on a unit weighs its columns in every layer that reads it, and nothing else. */
  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void gates_atReadPoints_areColumnsTimesTheGate(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    ChannelMap map = ChannelMap.of(graph);
    Graph read = ReadPoints.of(graph, map);
    assertEquals(
        map.groups().toString(), ChannelMap.of(read).groups().toString(), "the same units");
    assertArrayEquals(run(graph, Mode.EVAL, Taps.none()), run(read, Mode.EVAL, Taps.none()), 0);
    UnitGates gates = UnitGates.of(read, ChannelMap.of(read));
    int first = 0;
    for (ChannelGroup group : map.groups()) {
      float[] values = new float[gates.count()];
      Arrays.fill(values, 1);
      values[first + 1] = 0.25f;
      try (Scope scope = Scope.open()) {
        double[] gated = run(read, Mode.EVAL, gates.taps(DeviceTensor.of(values, values.length)));
        double[] weighed = run(weighed(graph, group, 1, 0.25), Mode.EVAL, Taps.none());
        assertArrayEquals(weighed, gated, 1e-12, group.toString());
      }
      first += group.units();
    }
  }

  private static Graph weighed(Graph graph, ChannelGroup group, int unit, double gate) {
    Map<String, Tensor> changed = new HashMap<>();
    for (Member member : group.members()) {
      if (member.role() == Role.INPUT) {
        Tensor weight = graph.weight(member.initializer());
        double[] values = weight.toDoubles();
        int[] own = member.positions(unit);
        for (int at : Positions.elements(member.space(), weight.shape(), own)) {
          values[at] *= gate;
        }
        changed.put(member.initializer(), weight.withValues(values));
      }
    }
    return graph.withWeights(changed);
  }

  /** Evaluation by the stored code is what the cut network computes, also where zeros stay. */
  @ParameterizedTest
  @EnumSource(
      value = TinyNetworks.Kind.class,
      names = {"CHAIN", "RESIDUAL", "PRE_ACTIVATION", "CONCAT"})
  void evaluation_byBinaryCodes_isTheCutNetwork(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    ChannelMap map = ChannelMap.of(graph);
    Graph read = ReadPoints.of(graph, map);
    try (CodeHook hook = hook(read, ChannelMap.of(read))) {
      hook.restore(withLastCodes(hook.save(), map));
      Map<Integer, BitSet> removed = new HashMap<>();
      map.groups().forEach(group -> removed.put(group.index(), everyThird(group)));
      Graph cut = Surgeon.cut(graph, Plans.units(graph, map, removed));
      double[] expected = run(cut, Mode.EVAL, Taps.none());
      double[] binary = run(read, Mode.EVAL, hook.taps(Mode.EVAL));
      assertArrayEquals(expected, binary, 1e-12);
      removed.values().forEach(units -> units.clear(0));
      List<double[]> gates = hook.codes().stream().map(code -> code.last().ones()).toList();
      Graph silent = CodeLearning.silent(graph, map, gates);
      Graph wider = Surgeon.cut(silent, Plans.units(silent, map, removed));
      assertArrayEquals(expected, run(wider, Mode.EVAL, Taps.none()), 1e-12, "zeros that stay");
    }
  }

  private static BitSet everyThird(ChannelGroup group) {
    BitSet units = new BitSet();
    for (int unit = 0; unit < group.units(); unit += 3) {
      units.set(unit);
    }
    return units;
  }

  /** A state in which every third unit was closed in the last looks. */
  private static HookState withLastCodes(HookState state, ChannelMap map) {
    ObjectNode json = state.json().deepCopy();
    for (ChannelGroup group : map.groups()) {
      ObjectNode last = ((ObjectNode) json.path("codes").path(group.index())).putObject("last");
      last.put("batches", 4);
      ArrayNode open = last.putArray("open");
      ArrayNode sums = last.putArray("sums");
      for (int unit = 0; unit < group.units(); unit++) {
        open.add(unit % 3 == 0 ? 1 : 3);
        sums.add(0.5);
      }
    }
    return new HookState(state.tensors(), json);
  }

  /** The factor of a position is the same for all images, and a code, from 0 to 1. */
  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void training_multipliesAllImagesByOneCode(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    Graph read = ReadPoints.of(graph, ChannelMap.of(graph));
    ChannelMap map = ChannelMap.of(read);
    try (CodeHook hook = hook(read, map)) {
      Factors factors = new Factors(hook.taps(Mode.TRAIN));
      run(read, Mode.TRAIN, factors);
      assertEquals(UnitGates.of(read, map).places().size(), factors.factors.size());
      for (double[] factor : factors.factors) {
        int one = factor.length / IMAGES;
        for (int i = 0; i < factor.length; i++) {
          double same = factor[i % one];
          assertTrue(Double.isNaN(factor[i]) || factor[i] >= 0 && factor[i] <= 1);
          assertTrue(Double.isNaN(factor[i] + same) || Math.abs(factor[i] - same) < 1e-6);
        }
      }
    }
  }

  /** The loss of the whole network moves with the codes as their gradients say. */
  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void training_reachesEveryCodeThroughTheNetwork(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    Graph read = ReadPoints.of(graph, ChannelMap.of(graph));
    try (CodeHook hook = hook(read, ChannelMap.of(read));
        Scope scope = Scope.open();
        TorchNet net = TorchNet.of(read, new NetOptions(Precision.FLOAT64, false))) {
      List<DeviceTensor> weights =
          hook.codes().stream().map(code -> code.layer(0).parameters().get("weight")).toList();
      List<DeviceTensor> slopes = DeviceTensor.gradients(loss(net, hook), weights);
      double squares = 0;
      for (DeviceTensor slope : slopes) {
        double own = slope.square().sum().item();
        assertTrue(own > 0, "a code that nothing reaches");
        squares += own;
      }
      double step = 0.02 / Math.sqrt(squares);
      move(weights, slopes, step);
      double up = loss(net, hook).item();
      move(weights, slopes, -2 * step);
      double down = loss(net, hook).item();
      assertEquals(1, (up - down) / (2 * step) / squares, 0.02);
    }
  }

  private static DeviceTensor loss(TorchNet net, CodeHook hook) {
    return net.forward(images(), Mode.TRAIN, hook.taps(Mode.TRAIN)).square().sum();
  }

  private static void move(List<DeviceTensor> weights, List<DeviceTensor> slopes, double step) {
    for (int i = 0; i < weights.size(); i++) {
      DeviceTensor weight = weights.get(i);
      DeviceTensor slope = slopes.get(i);
      DeviceTensor.withoutGradients(() -> weight.addInPlace(slope, step));
    }
  }

  /** What taps multiply by, at each place that they are shown; not a number where there is zero. */
  private static final class Factors implements Taps {
    private final Taps taps;
    private final List<double[]> factors = new ArrayList<>();

    private Factors(Taps taps) {
      this.taps = taps;
    }

    @Override
    public Set<String> values() {
      return taps.values();
    }

    @Override
    public DeviceTensor tap(String value, DeviceTensor tensor) {
      DeviceTensor out = taps.tap(value, tensor);
      factors.add(out.div(tensor).toDoubles());
      return out;
    }
  }
}
