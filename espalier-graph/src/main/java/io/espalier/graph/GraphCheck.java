package io.espalier.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Structural rules of a network: single assignment, no dangling value, no cycle. */
final class GraphCheck {
  private GraphCheck() {}

  /** The nodes in a topological order that stays as close to the given one as it can. */
  static List<Node> order(
      List<Port> inputs, List<Port> outputs, List<Node> nodes, Set<String> initializers) {
    Map<String, Integer> producer = producers(inputs, nodes, initializers);
    for (Port output : outputs) {
      requireMade(output.name(), producer, initializers, "the network's outputs");
    }
    List<List<Integer>> users = new ArrayList<>();
    int[] missing = new int[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      users.add(new ArrayList<>());
    }
    for (int i = 0; i < nodes.size(); i++) {
      for (String read : Graph.reads(nodes.get(i))) {
        requireMade(read, producer, initializers, "node '" + nodes.get(i).name() + "'");
        int from = producer.getOrDefault(read, -1);
        if (from >= 0) {
          users.get(from).add(i);
          missing[i]++;
        }
      }
    }
    return sorted(nodes, users, missing);
  }

  private static List<Node> sorted(List<Node> nodes, List<List<Integer>> users, int[] missing) {
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < missing.length; i++) {
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
    List<Node> ordered = new ArrayList<>(nodes.size());
    while (!ready.isEmpty()) {
      int next = ready.poll();
      ordered.add(nodes.get(next));
      for (int user : users.get(next)) {
        if (--missing[user] == 0) {
          ready.add(user);
        }
      }
    }
    if (ordered.size() < nodes.size()) {
      int stuck = 0;
      while (missing[stuck] == 0) {
        stuck++;
      }
      throw new GraphException(
          "the network has a cycle through or before node '" + nodes.get(stuck).name() + "'");
    }
    return ordered;
  }

  private static Map<String, Integer> producers(
      List<Port> inputs, List<Node> nodes, Set<String> initializers) {
    Map<String, Integer> producer = new HashMap<>();
    for (Port input : inputs) {
      if (initializers.contains(input.name()) || producer.put(input.name(), -1) != null) {
        throw new GraphException("input '" + input.name() + "' is defined twice");
      }
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      if (node.name().isEmpty() || !names.add(node.name())) {
        throw new GraphException("two nodes are called '" + node.name() + "'");
      }
      for (String output : node.outputs()) {
        if (!output.isEmpty()
            && (initializers.contains(output) || producer.put(output, i) != null)) {
          throw new GraphException(
              "value '%s' of node '%s' is defined twice".formatted(output, node.name()));
        }
      }
    }
    return producer;
  }

  private static void requireMade(
      String value, Map<String, Integer> producer, Set<String> initializers, String reader) {
    if (!producer.containsKey(value) && !initializers.contains(value)) {
      throw new GraphException("%s: value '%s' is never defined".formatted(reader, value));
    }
  }
}
