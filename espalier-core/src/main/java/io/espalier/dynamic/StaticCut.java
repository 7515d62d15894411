package io.espalier.dynamic;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Positions;
import io.espalier.channel.Reader;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Tensor;
import io.espalier.proof.Difference;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanException;
import io.espalier.surgery.Plans;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Surgeon;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The variant STATIC as an ordinary smaller network: since every sample uses the same channels, the
 * factors go into the weights and the idle channels go.
 *
 * @param whole the network without gates, its idle channels 0; it computes what the gated one does
 * @param plan what goes, made for {@code whole}
 * @param smaller what is left
 */
public record StaticCut(Graph whole, PruningPlan plan, Graph smaller) {
  /** What folding factors into float32 weights may change, relative to the largest output. */
  private static final double TOLERANCE = 1e-4;

  /**
   * Cuts {@code net}.
   *
   * @throws DynamicException if its gates depend on the sample
   */
  public static StaticCut of(DynamicNet net) {
    Map<ChannelGate, float[]> factors = StaticFactors.of(net);
    Graph whole = FoldedGates.of(net, factors);
    ChannelMap map = ChannelMap.of(whole);
    Map<Integer, BitSet> idle = idleUnits(net, factors, map);
    List<PlanEntry> entries = new ArrayList<>(Plans.unitEntries(map, idle));
    factors.forEach(
        (gate, factor) -> scatter(whole, gate, staying(map, idle, gate, factor), entries));
    PruningPlan plan = PruningPlan.of(whole, entries);
    return new StaticCut(whole, plan, Surgeon.cut(whole, plan));
  }

  /**
   * Makes sure that {@link #smaller} computes what the network with gates does, in float64.
   *
   * @param net what was cut
   * @param images {@code [N, C, H, W]}, as the network reads them
   * @throws DynamicException if it does not
   */
  public void prove(DynamicNet net, Tensor images) {
    Difference difference = new Difference();
    difference.add(run(net.graph(), images), run(smaller, images));
    if (difference.relative() > TOLERANCE) {
      throw new DynamicException(
          "the network without gates differs from the one with gates by %.1e of its largest output, more than %.0e"
              .formatted(difference.relative(), TOLERANCE));
    }
  }

  private static double[] run(Graph graph, Tensor images) {
    try (Scope scope = Scope.open();
        TorchNet torch = TorchNet.of(graph, NetOptions.exact())) {
      return torch.forward(DeviceTensor.of(images), Mode.EVAL, Taps.none()).toDoubles();
    }
  }

  /** Units that are 0 wherever they are summed out; of each group one stays. */
  private static Map<Integer, BitSet> idleUnits(
      DynamicNet net, Map<ChannelGate, float[]> factors, ChannelMap map) {
    Map<Integer, BitSet> idle = new LinkedHashMap<>();
    try (Scope scope = Scope.open()) {
      List<DeviceTensor> gates = new ArrayList<>();
      for (ChannelGate gate : net.channelGates()) {
        float[] factor = factors.get(gate);
        float[] open = new float[factor.length];
        for (int i = 0; i < open.length; i++) {
          open[i] = factor[i] == 0 ? 0 : 1;
        }
        gates.add(DeviceTensor.of(open, 1, open.length));
      }
      Activity activity = new Activity(gates);
      Map<String, Support> supports = SupportFlow.of(net);
      for (ChannelGroup group : map.groups()) {
        BitSet units = new BitSet();
        units.set(0, group.units());
        for (Reader reader : group.readers()) {
          Node node = net.graph().node(reader.node()).orElseThrow();
          Support support = supports.get(node.input(reader.input()));
          boolean known = support != null && Positions.soleAxis(reader.space()) == 1;
          float[] active = known ? activity.of(support).toFloats() : new float[0];
          for (int unit = 0; unit < group.units(); unit++) {
            if (!known || isActive(active, reader.positions(unit))) {
              units.clear(unit);
            }
          }
        }
        if (units.cardinality() == group.units()) {
          units.clear(0);
        }
        if (group.balances().isEmpty() && !units.isEmpty() && !group.readers().isEmpty()) {
          idle.put(group.index(), units);
        }
      }
    }
    return idle;
  }

  private static boolean isActive(float[] active, int[] positions) {
    return IntStream.of(positions).anyMatch(position -> active[position] != 0);
  }

  /** The idle channels of a gate whose units are in use elsewhere; one channel is kept of all. */
  private static List<Integer> staying(
      ChannelMap map, Map<Integer, BitSet> idle, ChannelGate gate, float[] factor) {
    List<Integer> staying = new ArrayList<>();
    boolean keepsOne = IntStream.range(0, factor.length).anyMatch(i -> factor[i] != 0);
    for (int i = 0; i < factor.length; i++) {
      if (factor[i] == 0 && !goes(map, idle, gate, i)) {
        if (keepsOne) {
          staying.add(i);
        }
        keepsOne = true;
      }
    }
    return staying;
  }

  private static boolean goes(
      ChannelMap map, Map<Integer, BitSet> idle, ChannelGate gate, int channel) {
    try {
      return map.unitsOf(gate.output(), 1, List.of(channel)).entrySet().stream()
          .allMatch(unit -> isIdle(idle, unit));
    } catch (IllegalArgumentException frozen) {
      return false;
    }
  }

  private static boolean isIdle(Map<Integer, BitSet> idle, Map.Entry<Integer, BitSet> unit) {
    BitSet units = idle.getOrDefault(unit.getKey(), new BitSet());
    return unit.getValue().stream().allMatch(units::get);
  }

  /**
   * A branch whose stream stays whole computes the channels in use, and zeros stand for the rest.
   */
  private static void scatter(
      Graph whole, ChannelGate gate, List<Integer> idle, List<PlanEntry> entries) {
    if (idle.isEmpty()) {
      return;
    }
    try {
      entries.add(Plans.scatter(whole, gate.output(), 1, idle));
    } catch (PlanException partOfSomethingElse) {
      // A channel that another layer makes too, or whose convolution is grouped, stays: it is 0.
    }
  }
}
