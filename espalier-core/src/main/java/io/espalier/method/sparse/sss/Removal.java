package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.Plans;
import io.espalier.surgery.ResidualBranch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What goes.
 *
 * @param branches residual branches, none inside another, each with what it still emits
 * @param groups numbers of convolution groups by their convolution
 * @param units channels by channel group, besides those of the convolution groups
 */
record Removal(
    Map<ResidualBranch, List<Double>> branches,
    Map<String, BitSet> groups,
    Map<Integer, BitSet> units) {

  /** Whether {@code node} goes with a branch. */
  boolean takes(String node) {
    return branches.keySet().stream().anyMatch(branch -> branch.nodes().contains(node));
  }

  /** Number of branches that go while what they emit stays. */
  int emitting() {
    return (int) branches.values().stream().filter(constants -> !constants.isEmpty()).count();
  }

  /** The entries of a plan, in terms of the network with the channels {@code map}. */
  List<PlanEntry> entries(ChannelMap map) {
    List<PlanEntry> entries = new ArrayList<>();
    branches.forEach(
        (branch, constants) ->
            entries.add(new PlanEntry.Branch(branch.node(), branch.input(), constants)));
    Map<Integer, BitSet> rest = new TreeMap<>();
    units.forEach((group, bits) -> rest.put(group, (BitSet) bits.clone()));
    groups.forEach(
        (node, numbers) -> {
          PlanEntry.ConvolutionGroups entry =
              Plans.convolutionGroups(map, node, numbers.stream().boxed().toList());
          entries.add(entry);
          gone(map, entry)
              .forEach((group, bits) -> rest.getOrDefault(group, new BitSet()).andNot(bits));
        });
    entries.addAll(Plans.unitEntries(map, rest));
    return entries;
  }

  private static Map<Integer, BitSet> gone(ChannelMap map, PlanEntry.ConvolutionGroups entry) {
    Map<Integer, BitSet> gone = new HashMap<>();
    for (PlanEntry.Units units : entry.units()) {
      BitSet bits = new BitSet();
      units.units().forEach(bits::set);
      gone.put(map.group(units.group()).orElseThrow().index(), bits);
    }
    return gone;
  }

  /** Positions of the structures that go, by themselves or with another. */
  BitSet positions(Structures structures, ChannelMap map) {
    Map<Integer, BitSet> all = new HashMap<>();
    units.forEach((group, bits) -> all.put(group, (BitSet) bits.clone()));
    groups.forEach(
        (node, numbers) ->
            gone(map, Plans.convolutionGroups(map, node, numbers.stream().boxed().toList()))
                .forEach(
                    (group, bits) -> all.computeIfAbsent(group, key -> new BitSet()).or(bits)));
    BitSet positions = new BitSet();
    IntStream.range(0, structures.count())
        .filter(
            i ->
                switch (structures.all().get(i)) {
                  case Structure.Block block ->
                      branches.containsKey(block.branch()) || takes(block.branch().node());
                  case Structure.Group group ->
                      takes(group.node())
                          || groups.getOrDefault(group.node(), new BitSet()).get(group.number());
                  case Structure.Channel channel ->
                      takesAll(map.groups().get(channel.group()))
                          || all.getOrDefault(channel.group(), new BitSet()).get(channel.unit());
                })
        .forEach(positions::set);
    return positions;
  }

  /** Whether all layers that make the channels of {@code group} go with branches. */
  boolean takesAll(ChannelGroup group) {
    return group.producers().stream().allMatch(this::takes);
  }
}
