package io.espalier.surgery;

import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One side of a residual add that can go: {@code x + F(x)} becomes {@code x}. Both sides come from
 * one value; the side with fewer multiply-accumulates of its own (none, or a projection) is the
 * shortcut, and stays.
 *
 * @param node the add
 * @param input which of its inputs the branch is
 * @param value the end of the branch, which nothing but the add reads
 * @param entry the value that the branch starts from
 * @param nodes names of the nodes that go with the branch
 */
public record ResidualBranch(
    String node, int input, String value, String entry, Set<String> nodes) {
  public ResidualBranch {
    nodes = Set.copyOf(nodes);
  }

  /** The residual branches of {@code graph}, in network order. */
  public static List<ResidualBranch> of(Graph graph) {
    Map<String, NodeCost> costs = Cost.of(graph).byName();
    Set<String> needed = neededWithout(graph, Optional.empty());
    List<ResidualBranch> branches = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean computed =
          node.inputs().stream().noneMatch(input -> graph.initializers().containsKey(input));
      if (computed && needed.contains(node.output()) && mayLose(graph, node)) {
        branches.addAll(of(graph, node, needed, costs));
      }
    }
    return branches;
  }

  private static boolean mayLose(Graph graph, Node node) {
    return Restructure.objection(graph, node, 0).isEmpty()
        || Restructure.objection(graph, node, 1).isEmpty();
  }

  private static List<ResidualBranch> of(
      Graph graph, Node add, Set<String> needed, Map<String, NodeCost> costs) {
    List<Side> sides = new ArrayList<>();
    for (int input = 0; input < add.inputs().size(); input++) {
      sides.add(Side.of(graph, new Side.End(add, input), needed, costs));
    }
    Side shortcut = sides.stream().min(Comparator.comparingLong(Side::macs)).orElseThrow();
    return sides.stream()
        .filter(side -> side.macs() > shortcut.macs())
        .filter(side -> side.entries().size() == 1 && side.entries().equals(shortcut.entries()))
        .filter(side -> Restructure.objection(graph, add, side.end().input()).isEmpty())
        .map(Side::asBranch)
        .toList();
  }

  /** The values that the outputs need, when the add does not read {@code end}. */
  private static Set<String> neededWithout(Graph graph, Optional<Side.End> end) {
    Set<String> needed = new HashSet<>();
    graph.outputs().forEach(port -> needed.add(port.name()));
    for (Node node : graph.nodes().reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        List<String> reads = new ArrayList<>(Graph.reads(node));
        end.filter(e -> e.add().equals(node)).ifPresent(e -> reads.remove(e.input()));
        needed.addAll(reads);
      }
    }
    return needed;
  }

  /**
   * What one input of an add has for itself.
   *
   * @param nodes what nobody needs once the add does not read that input
   * @param entries the computed values that those nodes start from; without nodes, the input itself
   * @param macs what those nodes cost
   */
  private record Side(End end, Set<String> nodes, Set<String> entries, long macs) {
    /** Where it ends: an input of an add. */
    record End(Node add, int input) {
      String value() {
        return add.input(input);
      }
    }

    static Side of(Graph graph, End end, Set<String> needed, Map<String, NodeCost> costs) {
      Set<String> left = neededWithout(graph, Optional.of(end));
      List<Node> own =
          graph.nodes().stream()
              .filter(node -> node.outputs().stream().anyMatch(needed::contains))
              .filter(node -> node.outputs().stream().noneMatch(left::contains))
              .toList();
      Set<String> entries = new TreeSet<>();
      own.forEach(node -> entries.addAll(Graph.reads(node)));
      entries.removeAll(graph.initializers().keySet());
      own.forEach(node -> node.outputs().forEach(entries::remove));
      Set<String> names = new TreeSet<>();
      own.forEach(node -> names.add(node.name()));
      long macs = names.stream().mapToLong(name -> costs.get(name).macs()).sum();
      return new Side(end, names, own.isEmpty() ? Set.of(end.value()) : entries, macs);
    }

    ResidualBranch asBranch() {
      return new ResidualBranch(
          end.add().name(), end.input(), end.value(), entries.iterator().next(), nodes);
    }
  }
}
