package io.espalier.surgery;

import io.espalier.channel.Balance;
import io.espalier.channel.Changes;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Reader;
import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Spells out what removing something means, as plan entries. */
public final class Plans {
  private Plans() {}

  /** A plan that removes units, given by group index. */
  public static PruningPlan units(Graph graph, ChannelMap map, Map<Integer, BitSet> removed) {
    List<PlanEntry> entries = new ArrayList<>(unitEntries(map, removed));
    return PruningPlan.of(graph, entries);
  }

  /** Entries that remove units, given by group index, in group order. */
  public static List<PlanEntry.Units> unitEntries(ChannelMap map, Map<Integer, BitSet> removed) {
    List<PlanEntry.Units> entries = new ArrayList<>();
    new TreeMap<>(removed)
        .forEach(
            (index, units) -> {
              if (!units.isEmpty()) {
                entries.add(unitEntry(map.groups().get(index), units));
              }
            });
    return entries;
  }

  private static PlanEntry.Units unitEntry(ChannelGroup group, BitSet units) {
    List<PlanEntry.Part> parts = new ArrayList<>();
    for (Member member : group.members()) {
      List<Integer> positions = union(units, member::positions);
      if (!positions.isEmpty()) {
        parts.add(new PlanEntry.Part(member.initializer(), member.space(), positions));
      }
    }
    List<PlanEntry.Read> reads = new ArrayList<>();
    for (Reader reader : group.readers()) {
      List<Integer> positions = union(units, reader::positions);
      if (!positions.isEmpty()) {
        reads.add(
            new PlanEntry.Read(
                reader.node(), reader.input(), reader.space(), positions, List.of()));
      }
    }
    return new PlanEntry.Units(group.name(), units.stream().boxed().toList(), parts, reads);
  }

  private static List<Integer> union(BitSet units, IntFunction<int[]> positions) {
    return units.stream()
        .mapToObj(positions)
        .flatMapToInt(Arrays::stream)
        .sorted()
        .boxed()
        .toList();
  }

  /**
   * Whether the constants of removed channels that {@code node} reads can be folded into it
   * exactly: a convolution that pads sees zeros beside them at the border.
   */
  public static boolean foldsConstants(Graph graph, String node) {
    return graph.node(node).map(ConstantFold::isExact).orElse(false);
  }

  /**
   * An entry that removes whole groups of a grouped convolution: their inputs and their outputs.
   *
   * @throws PlanException if {@code node} is no grouped convolution whose channels can be removed
   */
  public static PlanEntry.ConvolutionGroups convolutionGroups(
      ChannelMap map, String node, List<Integer> groups) {
    Map<Integer, BitSet> removed = new TreeMap<>();
    for (ChannelGroup group : map.groups()) {
      for (Balance balance : group.balances()) {
        if (balance.node().equals(node)) {
          for (int block : groups) {
            BitSet units = removed.computeIfAbsent(group.index(), key -> new BitSet());
            balance.blocks().get(block).forEach(units::set);
          }
        }
      }
    }
    if (removed.isEmpty()) {
      throw new PlanException(
          "node '%s' has no convolution groups that can be removed".formatted(node));
    }
    return new PlanEntry.ConvolutionGroups(node, groups, unitEntries(map, removed));
  }

  /** An entry that makes {@code node} read only the channels {@code keep} of one of its inputs. */
  public static PlanEntry.Selection selection(
      ChannelMap map, String node, int axis, List<Integer> keep) {
    ChannelMap.InputColumns columns =
        map.inputColumns(node)
            .orElseThrow(
                () ->
                    new PlanException(
                        "node '%s' has no weight whose inputs can be selected".formatted(node)));
    return new PlanEntry.Selection(node, 0, axis, keep, columns.channels());
  }

  /**
   * An entry that stops computing channels {@code removed} of {@code value}, the end of a branch,
   * while what reads it still sees them as zeros.
   *
   * @throws PlanException if such a channel is not made by a layer of that branch alone
   */
  public static PlanEntry.Scatter scatter(
      Graph graph, String value, int axis, List<Integer> removed) {
    int channels = Math.toIntExact(graph.shape(value).orElseThrow().size(axis));
    PlanEntry.Scatter bare = new PlanEntry.Scatter(value, axis, removed, channels, List.of());
    PlanParts parts = PlanParts.of(new PruningPlan(PruningPlan.FORMAT, "", List.of(bare)));
    Graph opened = Restructure.apply(graph, parts);
    ChannelMap map = ChannelMap.of(opened);
    try {
      Map<Integer, BitSet> units = map.unitsOf(value + "/narrow", axis, removed);
      List<PlanEntry.Part> gone = map.changes(units).slots().stream().map(Plans::part).toList();
      return new PlanEntry.Scatter(value, axis, removed, channels, gone);
    } catch (IllegalArgumentException e) {
      throw new PlanException(e.getMessage(), e);
    }
  }

  private static PlanEntry.Part part(Changes.Slot slot) {
    return new PlanEntry.Part(
        slot.initializer(), slot.space(), IntStream.of(slot.removed()).boxed().toList());
  }
}
