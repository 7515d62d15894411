package io.espalier.cost;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.OneSample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * What a network costs for one sample. MACs are the multiply-accumulates of convolutions and linear
 * layers (Conv, ConvTranspose, Gemm, and MatMul with a weight); biases, normalisation, activations
 * and the products of two activations are not counted.
 *
 * @param nodes one entry a node, in the network's order
 * @param uncounted names of the layers that the rule counts but whose shape is not known, because
 *     an operator that is not modelled stands before them; the totals are without them
 */
public record Cost(List<NodeCost> nodes, List<String> uncounted) {
  public Cost {
    nodes = List.copyOf(nodes);
    uncounted = List.copyOf(uncounted);
  }

  /**
   * The cost of {@code graph}. A batch that is not fixed counts as 1; a fixed one is divided out.
   *
   * @throws IllegalArgumentException if an axis other than the batch is not fixed and a count needs
   *     it
   */
  public static Cost of(Graph graph) {
    Graph fixed = OneSample.of(graph);
    MacRule rule = new MacRule(fixed);
    long batch = Samples.fixedBatch(fixed);
    Set<String> seen = new HashSet<>();
    List<NodeCost> costs = new ArrayList<>();
    List<String> uncounted = new ArrayList<>();
    for (Node node : fixed.nodes()) {
      Optional<MacRule.Count> count = rule.count(node);
      if (count.isEmpty()) {
        Samples.requireFixedAxes(graph, node);
        uncounted.add(node.name());
      }
      MacRule.Count known = count.orElse(MacRule.Count.NONE);
      long macs = perSample(known.macs(), batch);
      long positions = perSample(known.outputs(), batch);
      long bytes = perSample(Sizes.activationBytes(fixed, node), batch);
      costs.add(
          new NodeCost(
              node, macs, Math.addExact(macs, positions), Sizes.params(fixed, node, seen), bytes));
    }
    return new Cost(costs, uncounted);
  }

  /** Multiply-accumulates without bias. */
  public long macs() {
    return total(NodeCost::macs);
  }

  /** Floating-point operations: two for each multiply-accumulate. */
  public long flops() {
    return Math.multiplyExact(2, macs());
  }

  /** Multiply-accumulates by the rule that adds one for each output element of a counted layer. */
  public long macsWithBias() {
    return total(NodeCost::macsWithBias);
  }

  /** Trainable numbers. */
  public long params() {
    return total(NodeCost::params);
  }

  /** Bytes of all nodes' outputs together: the memory traffic, not the peak. */
  public long activationBytes() {
    return total(NodeCost::activationBytes);
  }

  /** The entries by the name of their node. */
  public Map<String, NodeCost> byName() {
    Map<String, NodeCost> byName = new LinkedHashMap<>();
    nodes.forEach(cost -> byName.put(cost.node().name(), cost));
    return byName;
  }

  private long total(ToLongFunction<NodeCost> part) {
    return nodes.stream().mapToLong(part).reduce(0, Math::addExact);
  }

  private static long perSample(long count, long batch) {
    return count % batch == 0 ? count / batch : count;
  }
}
