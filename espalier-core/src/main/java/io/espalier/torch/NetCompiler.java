package io.espalier.torch;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns a graph into a {@link Program}. {@link #kernel} is the switch over the operators. */
final class NetCompiler {
  private final Graph graph;
  private final Map<String, Integer> slots = new LinkedHashMap<>();
  private final Set<String> weights = new LinkedHashSet<>();

  private NetCompiler(Graph graph) {
    this.graph = graph;
  }

  static Program compile(Graph graph) {
    return new NetCompiler(graph).compile();
  }

  private Program compile() {
    List<String> inputs = graph.inputs().stream().map(Port::name).toList();
    List<String> outputs = graph.outputs().stream().map(Port::name).toList();
    inputs.forEach(this::slot);
    List<int[]> reads = graph.nodes().stream().map(node -> slots(node.inputs())).toList();
    List<int[]> writes = graph.nodes().stream().map(node -> slots(node.outputs())).toList();
    outputs.forEach(this::slot);
    List<int[]> releases = releases(inputs, outputs, reads, writes);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < reads.size(); i++) {
      Node node = graph.nodes().get(i);
      steps.add(new Step(node, kernel(node), reads.get(i), writes.get(i), releases.get(i)));
    }
    return new Program(slots, inputs, outputs, List.copyOf(weights), steps);
  }

  private int[] slots(List<String> values) {
    return values.stream().mapToInt(value -> value.isEmpty() ? -1 : slot(value)).toArray();
  }

  private int slot(String value) {
    if (graph.initializers().containsKey(value)) {
      weights.add(value);
    }
    return slots.computeIfAbsent(value, key -> slots.size());
  }

  /** For each node the slots that no later node reads and that the caller does not get. */
  private List<int[]> releases(
      List<String> inputs, List<String> outputs, List<int[]> reads, List<int[]> writes) {
    Set<Integer> needed = new HashSet<>();
    outputs.forEach(value -> needed.add(slots.get(value)));
    inputs.forEach(value -> needed.add(slots.get(value)));
    weights.forEach(value -> needed.add(slots.get(value)));
    needed.add(-1);
    Map<Integer, int[]> releases = new HashMap<>();
    for (int i = reads.size() - 1; i >= 0; i--) {
      List<Integer> last = new ArrayList<>();
      for (int[] used : List.of(writes.get(i), reads.get(i))) {
        for (int slot : used) {
          if (needed.add(slot)) {
            last.add(slot);
          }
        }
      }
      releases.put(i, last.stream().mapToInt(Integer::intValue).toArray());
    }
    return java.util.stream.IntStream.range(0, reads.size()).mapToObj(releases::get).toList();
  }

  private static Kernel kernel(Node node) {
    return switch (node.op()) {
      case Op.Elementwise op -> PointwiseKernels.of(op);
      default -> throw new UnsupportedNodeException(node, "not modelled");
    };
  }
}
