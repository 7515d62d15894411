package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelMap;
import io.espalier.surgery.ResidualBranch;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Puts together what goes: what goes with a branch is not named again, and no layer is left empty.
 *
 * @param strengths of the structures
 * @param dead branches in which a layer is dead, each with what it still emits; they always go
 */
record Assembly(
    Structures structures,
    ChannelMap map,
    double[] strengths,
    Map<ResidualBranch, List<Double>> dead) {
  /**
   * What goes when the blocks and groups at {@code positions} and {@code units} do.
   *
   * @param units channels by channel group, not all of any layer
   */
  Removal of(BitSet positions, Map<Integer, BitSet> units) {
    Map<ResidualBranch, List<Double>> branches = new LinkedHashMap<>(dead);
    Map<String, BitSet> groups = new HashMap<>();
    for (int i = positions.nextSetBit(0); i >= 0; i = positions.nextSetBit(i + 1)) {
      switch (structures.all().get(i)) {
        case Structure.Block block -> branches.put(block.branch(), List.of());
        case Structure.Group group ->
            groups.computeIfAbsent(group.node(), node -> new BitSet()).set(group.number());
        case Structure.Channel channel -> {
          // Channels come as units.
        }
      }
    }
    return whole(outermost(branches), groups, units);
  }

  private static Map<ResidualBranch, List<Double>> outermost(
      Map<ResidualBranch, List<Double>> branches) {
    Map<ResidualBranch, List<Double>> outer = new LinkedHashMap<>(branches);
    outer
        .keySet()
        .removeIf(
            branch -> branches.keySet().stream().anyMatch(o -> o.nodes().contains(branch.node())));
    return outer;
  }

  private Removal whole(
      Map<ResidualBranch, List<Double>> branches,
      Map<String, BitSet> groups,
      Map<Integer, BitSet> units) {
    Removal bare = new Removal(branches, Map.of(), Map.of());
    Map<String, BitSet> otherGroups = new HashMap<>();
    groups.forEach(
        (node, numbers) -> {
          BitSet left = bare.takes(node) ? new BitSet() : leavingOne(node, numbers);
          if (!left.isEmpty()) {
            otherGroups.put(node, left);
          }
        });
    Map<Integer, BitSet> otherUnits = new HashMap<>(units);
    otherUnits.keySet().removeIf(group -> bare.takesAll(map.groups().get(group)));
    return new Removal(branches, otherGroups, otherUnits);
  }

  /** A convolution whose branch stays keeps its strongest group. */
  private BitSet leavingOne(String node, BitSet numbers) {
    List<Integer> own =
        IntStream.range(0, structures.count())
            .filter(
                i ->
                    structures.all().get(i) instanceof Structure.Group group
                        && group.node().equals(node))
            .boxed()
            .toList();
    BitSet left = (BitSet) numbers.clone();
    if (numbers.cardinality() == own.size()) {
      int strongest = own.stream().max(Comparator.comparingDouble(i -> strengths[i])).orElseThrow();
      left.clear(((Structure.Group) structures.all().get(strongest)).number());
    }
    return left;
  }
}
