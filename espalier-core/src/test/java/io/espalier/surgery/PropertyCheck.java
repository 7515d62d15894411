package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.RandomInputs;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.testing.RandomGraphs;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;

/**
 * The property that all surgery rests on, for the random network of one seed: what the mask
 * silences and what the cut removes is the same, to the last digits of float64.
 */
public final class PropertyCheck implements Callable<Integer> {
  private static final double LIMIT = 1e-9;
  private final long seed;

  public PropertyCheck(Long seed) {
    this.seed = seed;
  }

  /** The number of removed units; throws an AssertionError that names the seed if they differ. */
  @Override
  public Integer call() {
    Graph graph = RandomGraphs.of(seed);
    SplittableRandom random = new SplittableRandom(seed + 1);
    requireInverse(graph);
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = Scores.of(map, group -> random.doubles(group.units()).toArray());
    Map<Integer, BitSet> removed = removal(graph, map, scores, random);
    PruningPlan plan = Plans.units(graph, map, removed);
    Graph cut = Surgeon.cut(graph, plan);
    requireCost(graph, map, removed, cut);
    Map<String, Tensor> inputs = RandomInputs.of(graph.inputs(), 0, seed);
    List<double[]> masked = run(Mask.apply(graph, plan), inputs);
    requireSame("cut", masked, run(cut, inputs));
    Graph noisy = randomised(graph, map, removed, random);
    PruningPlan again = PruningPlan.of(noisy, plan.entries());
    requireSame("randomised producers", masked, run(Mask.apply(noisy, again), inputs));
    return removed.values().stream().mapToInt(BitSet::cardinality).sum();
  }

  private void requireInverse(Graph graph) {
    Graph back = OnnxReader.read(OnnxWriter.toBytes(graph));
    if (!back.equals(graph)) {
      throw new AssertionError("seed %d: the file is read back as another network".formatted(seed));
    }
  }

  private Map<Integer, BitSet> removal(
      Graph graph, ChannelMap map, Scores scores, SplittableRandom random) {
    PlanOptions.Ranking ranking =
        random.nextBoolean() ? PlanOptions.Ranking.GLOBAL : PlanOptions.Ranking.UNIFORM;
    for (double share = 0.3 + 0.5 * random.nextDouble(); share < 1; share += 0.1) {
      Budget.Counted budget = new Budget.Share(Budget.Quantity.MACS, share);
      try {
        return Planner.removal(graph, map, scores, PlanOptions.of(budget).withRanking(ranking));
      } catch (PlanException e) {
        if (!e.getMessage().contains("cannot be met")) {
          throw e;
        }
      }
    }
    return Map.of();
  }

  private void requireCost(Graph graph, ChannelMap map, Map<Integer, BitSet> removed, Graph cut) {
    WidthCost predicted = new WidthCost(graph, map, 0);
    removed.forEach((group, units) -> predicted.remove(group, units.stream().toArray()));
    long macs = Cost.of(cut).macs();
    if (predicted.current(Budget.Quantity.MACS) != macs) {
      throw new AssertionError(
          "seed %d: predicted %d MACs, but the cut network has %d"
              .formatted(seed, predicted.current(Budget.Quantity.MACS), macs));
    }
  }

  /** The network with other filters in the place of those that go. */
  private static Graph randomised(
      Graph graph, ChannelMap map, Map<Integer, BitSet> removed, SplittableRandom random) {
    Map<String, double[]> changed = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      BitSet units = removed.getOrDefault(group.index(), new BitSet());
      for (Member member : group.members()) {
        if (member.role() == Role.OUTPUT && !units.isEmpty()) {
          Tensor weight = graph.weight(member.initializer());
          double[] values =
              changed.computeIfAbsent(member.initializer(), name -> weight.toDoubles());
          units.stream()
              .flatMap(
                  u ->
                      java.util.Arrays.stream(
                          io.espalier.channel.Positions.elements(
                              member.space(), weight.shape(), member.positions(u))))
              .forEach(element -> values[element] = random.nextGaussian());
        }
      }
    }
    Map<String, Tensor> weights = new HashMap<>();
    changed.forEach((name, values) -> weights.put(name, graph.weight(name).withValues(values)));
    return graph.withWeights(weights);
  }

  private static List<double[]> run(Graph graph, Map<String, Tensor> inputs) {
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, NetOptions.exact())) {
      Map<String, DeviceTensor> tensors = new HashMap<>();
      inputs.forEach((name, tensor) -> tensors.put(name, DeviceTensor.of(tensor)));
      List<double[]> outputs = new ArrayList<>();
      net.forward(tensors, Mode.EVAL, Taps.none())
          .values()
          .forEach(output -> outputs.add(output.toDoubles()));
      return outputs;
    }
  }

  private void requireSame(String what, List<double[]> expected, List<double[]> actual) {
    for (int i = 0; i < expected.size(); i++) {
      double largest = 1e-30;
      double difference = 0;
      for (int j = 0; j < expected.get(i).length; j++) {
        largest = Math.max(largest, Math.abs(expected.get(i)[j]));
        difference = Math.max(difference, Math.abs(expected.get(i)[j] - actual.get(i)[j]));
      }
      if (!(difference / largest < LIMIT)) {
        throw new AssertionError(
            "seed %d, %s: output %d differs by %s".formatted(seed, what, i, difference / largest));
      }
    }
  }
}
