package io.espalier.method.sparse.sss;

import io.espalier.channel.Balance;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.LayerFreedom;
import io.espalier.channel.Member;
import io.espalier.channel.Reader;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.Workbench;
import io.espalier.surgery.FactorFold;
import io.espalier.surgery.Glob;
import io.espalier.surgery.ResidualBranch;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Looks for structures: what the channel map, the grouped convolutions and the residual adds of a
 * network say can go, where the factor of what stays can be carried into weights.
 */
final class StructureSearch {
  private final Workbench bench;
  private final Graph graph;
  private final ChannelMap map;
  private final Set<Integer> free;
  private final boolean signed;

  /**
   * @param signed whether factors may fall below zero
   */
  StructureSearch(Workbench bench, boolean signed) {
    this.bench = bench;
    this.signed = signed;
    this.graph = bench.graph();
    this.map = bench.channels();
    Scores zeros = Scores.of(map, group -> new double[group.units()]);
    this.free =
        bench.removalUpTo(zeros, 0).entrySet().stream()
            .filter(removal -> !removal.getValue().isEmpty())
            .map(Map.Entry::getKey)
            .filter(index -> folds(map.groups().get(index)))
            .collect(Collectors.toSet());
  }

  /** Whether every place that reads channels of {@code group} has weights for them. */
  private boolean folds(ChannelGroup group) {
    Set<String> weighed = new HashSet<>();
    for (Member member : group.members()) {
      Tensor weight = graph.weight(member.initializer());
      if (member.role() == Role.INPUT && weight.type().isReal()) {
        weighed.add(member.node());
      }
    }
    return group.readers().stream().map(Reader::node).allMatch(weighed::contains);
  }

  List<Structure> channels() {
    List<Structure> found = new ArrayList<>();
    for (ChannelGroup group : map.groups()) {
      for (int unit = 0; unit < group.units() && free.contains(group.index()); unit++) {
        found.add(new Structure.Channel(group.index(), unit, group.name()));
      }
    }
    return found;
  }

  List<Structure> blocks() {
    List<Structure> found = new ArrayList<>();
    for (ResidualBranch branch : ResidualBranch.of(graph)) {
      boolean frozen =
          bench.options().freeze().stream()
              .map(Glob::of)
              .anyMatch(glob -> branch.nodes().stream().anyMatch(glob::matches));
      if (!frozen && FactorFold.apply(graph, branch.value(), signed ? -1 : 1).isPresent()) {
        found.add(new Structure.Block(branch));
      }
    }
    return found;
  }

  List<Structure> groups() {
    List<Structure> found = new ArrayList<>();
    for (LayerFreedom layer : map.layers()) {
      if (layer.frozenInputs() == 0 && layer.frozenOutputs() == 0) {
        found.addAll(groups(layer.node()));
      }
    }
    return found;
  }

  /** The convolution groups of {@code node}; none where one of them shares channels with others. */
  private List<Structure> groups(String node) {
    Map<Integer, Map<Integer, BitSet>> outputs = new TreeMap<>();
    for (ChannelGroup group : map.groups()) {
      for (Balance balance : group.balances()) {
        if (balance.node().equals(node)) {
          if (!free.contains(group.index()) || !ownBalances(group, node)) {
            return List.of();
          }
          if (!makes(group, balance, node) && !readsAlone(group, balance, node)) {
            return List.of();
          }
          for (int number = 0; number < balance.blocks().size(); number++) {
            if (makes(group, balance, node)) {
              BitSet units = new BitSet();
              balance.blocks().get(number).forEach(units::set);
              outputs.computeIfAbsent(number, key -> new TreeMap<>()).put(group.index(), units);
            }
          }
        }
      }
    }
    List<Structure> found = new ArrayList<>();
    outputs.forEach((number, units) -> found.add(new Structure.Group(node, number, units)));
    return found;
  }

  private static boolean ownBalances(ChannelGroup group, String node) {
    return group.balances().stream().allMatch(balance -> balance.node().equals(node));
  }

  /** Whether {@code balance} is that of the channels that {@code node} makes. */
  private static boolean makes(ChannelGroup group, Balance balance, String node) {
    int first = balance.blocks().getFirst().getFirst();
    return group.members().stream()
        .filter(member -> member.role() == Role.OUTPUT && member.node().equals(node))
        .anyMatch(member -> member.positions(first).length > 0);
  }

  /** Whether nothing but {@code node} reads the channels of {@code balance}. */
  private static boolean readsAlone(ChannelGroup group, Balance balance, String node) {
    return group.readers().stream()
        .filter(reader -> !reader.node().equals(node))
        .noneMatch(
            reader ->
                balance.blocks().stream()
                    .flatMap(List::stream)
                    .anyMatch(unit -> reader.positions(unit).length > 0));
  }
}
