package io.espalier.method.criterion;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each unit costs: the MACs that are saved when it goes alone. */
final class UnitMacs {
  private UnitMacs() {}

  /** One array a group, one number a unit. */
  static List<double[]> of(Graph graph, ChannelMap map) {
    Map<String, NodeCost> costs = Cost.of(graph).byName();
    List<double[]> all = new ArrayList<>();
    for (ChannelGroup group : map.groups()) {
      double[] macs = new double[group.units()];
      for (int unit = 0; unit < macs.length; unit++) {
        macs[unit] = macs(graph, costs, group, unit);
      }
      all.add(macs);
    }
    return all;
  }

  /** Every element of a layer's weight is used equally often. */
  private static double macs(
      Graph graph, Map<String, NodeCost> costs, ChannelGroup group, int unit) {
    Map<String, BitSet> elements = new HashMap<>();
    Map<String, Double> each = new HashMap<>();
    for (Member member : group.members()) {
      NodeCost cost = costs.get(member.node());
      int[] shape = graph.weight(member.initializer()).shape();
      if (cost.counts() && shape.length > 1) {
        BitSet own = elements.computeIfAbsent(member.initializer(), name -> new BitSet());
        for (int i : Positions.elements(member.space(), shape, member.positions(unit))) {
          own.set(i);
        }
        double count = graph.weight(member.initializer()).elements();
        each.put(member.initializer(), cost.macs() / count);
      }
    }
    return elements.entrySet().stream()
        .mapToDouble(entry -> entry.getValue().cardinality() * each.get(entry.getKey()))
        .sum();
  }
}
