package io.espalier.method.gate;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.surgery.Glob;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Surgeon;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The branch of a residual block: the operand of a sum that lies behind more nodes than the other
 * one, its shortcut.
 *
 * @param add the sum
 * @param input which of its operands is the branch
 */
record ResidualBranch(String add, int input) {
  /** The branches of {@code graph} without layers that {@code freeze} names, in network order. */
  static List<ResidualBranch> of(Graph graph, List<String> freeze) {
    Map<String, Integer> depths = depths(graph);
    List<ResidualBranch> branches = new ArrayList<>();
    for (Node node : graph.nodes()) {
      at(graph, node, depths)
          .filter(branch -> branch.layers(graph).stream().noneMatch(name -> matches(name, freeze)))
          .ifPresent(branches::add);
    }
    return branches;
  }

  private static boolean matches(String name, List<String> patterns) {
    return patterns.stream().anyMatch(pattern -> Glob.of(pattern).matches(name));
  }

  private static Optional<ResidualBranch> at(Graph graph, Node node, Map<String, Integer> depths) {
    boolean sum =
        node.op() instanceof Op.Elementwise e
            && (e.kind() == Pointwise.ADD || e.kind() == Pointwise.SUM);
    if (!sum || node.inputs().size() != 2) {
      return Optional.empty();
    }
    int first = depths.getOrDefault(node.input(0), -1);
    int second = depths.getOrDefault(node.input(1), -1);
    boolean whole =
        node.inputs().stream().allMatch(x -> graph.shape(x).equals(graph.shape(node.output())));
    return first < 0 || second < 0 || first == second || !whole
        ? Optional.empty()
        : Optional.of(new ResidualBranch(node.name(), first > second ? 0 : 1));
  }

  /** For each value that is computed, the most nodes on a way to it; 0 for inputs. */
  private static Map<String, Integer> depths(Graph graph) {
    Map<String, Integer> depths = new HashMap<>();
    graph.inputs().forEach(port -> depths.put(port.name(), 0));
    for (Node node : graph.nodes()) {
      int deepest =
          Graph.reads(node).stream().mapToInt(x -> depths.getOrDefault(x, 0)).max().orElse(0);
      node.outputs().forEach(output -> depths.put(output, deepest + 1));
    }
    return depths;
  }

  /** Names of the nodes that go with the branch. */
  private Set<String> layers(Graph graph) {
    Set<String> names = new HashSet<>();
    graph.nodes().forEach(node -> names.add(node.name()));
    without(graph, List.of(this)).nodes().forEach(node -> names.remove(node.name()));
    return names;
  }

  PlanEntry entry() {
    return new PlanEntry.Branch(add, input);
  }

  /** {@code graph} without {@code branches}. */
  static Graph without(Graph graph, Collection<ResidualBranch> branches) {
    List<PlanEntry> entries = branches.stream().map(ResidualBranch::entry).toList();
    return Surgeon.cut(graph, PruningPlan.of(graph, entries));
  }
}
