package io.espalier.channel;

import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds the stretches of a network where channels span several axes. A stretch of pure layout
 * operators with plain channels at both ends is a permutation (a channel shuffle): when it is cut
 * it becomes one gather. Any other stretch freezes its channels.
 */
final class Shuffles {
  /**
   * A permutation of channels: position i of {@code exit} along {@code axis} is position {@code
   * from[i]} of {@code entry}.
   */
  record Shuffle(String entry, String exit, int axis, int[] from) {}

  private final FlowState state;
  private final Map<String, Node> producers;
  private final Map<String, List<Node>> consumers;
  private final Map<String, Integer> positions = new HashMap<>();
  private final Set<String> spread = new LinkedHashSet<>();

  private Shuffles(FlowState state) {
    this.state = state;
    this.producers = state.graph.producers();
    this.consumers = state.graph.consumers();
    state.graph.nodes().forEach(node -> positions.put(node.name(), positions.size()));
  }

  /** The shuffles of the network; freezes the channels that span axes elsewhere. */
  static List<Shuffle> find(FlowState state) {
    Shuffles search = new Shuffles(state);
    state.graph.nodes().stream()
        .flatMap(node -> node.outputs().stream())
        .filter(search::isSpread)
        .forEach(search.spread::add);
    List<Shuffle> shuffles = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String value : search.spread) {
      if (seen.add(value)) {
        shuffles.addAll(search.stretch(value, seen));
      }
    }
    return shuffles;
  }

  private boolean isSpread(String value) {
    return state
        .ids(value)
        .filter(array -> array.varyingAxes().length > 1)
        .map(array -> new IdArray(array.sizes(), roots(array.ids())).compressed())
        .filter(array -> array.varyingAxes().length > 1)
        .isPresent();
  }

  private int[] roots(int[] ids) {
    return Arrays.stream(ids).map(state.identities::find).toArray();
  }

  private List<Shuffle> stretch(String start, Set<String> seen) {
    Set<String> inside = new LinkedHashSet<>(Set.of(start));
    List<String> open = new ArrayList<>(inside);
    Set<Node> nodes = new LinkedHashSet<>();
    while (!open.isEmpty()) {
      String value = open.removeLast();
      List<Node> around = new ArrayList<>(consumers.getOrDefault(value, List.of()));
      around.add(producers.get(value));
      for (Node node : around) {
        nodes.add(node);
        for (String next : concat(node.inputs(), node.outputs())) {
          if (spread.contains(next) && inside.add(next)) {
            open.add(next);
          }
        }
      }
    }
    seen.addAll(inside);
    Optional<List<Shuffle>> shuffles = permutations(inside, nodes);
    if (shuffles.isEmpty()) {
      String reason =
          "%s spreads channels over several axes".formatted(FlowState.at(nodes.iterator().next()));
      inside.forEach(value -> state.freeze(value, reason));
    }
    return shuffles.orElse(List.of());
  }

  private Optional<List<Shuffle>> permutations(Set<String> inside, Set<Node> nodes) {
    Set<String> entries = new LinkedHashSet<>();
    Set<String> exits = new LinkedHashSet<>();
    for (Node node : nodes) {
      if (!isLayout(node)) {
        return Optional.empty();
      }
      if (!inside.contains(node.input(0))) {
        entries.add(node.input(0));
      }
      if (!inside.contains(node.output())) {
        exits.add(node.output());
      }
    }
    if (entries.size() != 1 || state.ids(entries.iterator().next()).isEmpty()) {
      return Optional.empty();
    }
    List<Node> ordered =
        nodes.stream().sorted(Comparator.comparing(node -> positions.get(node.name()))).toList();
    List<Shuffle> shuffles = new ArrayList<>();
    for (String exit : exits) {
      Optional<Shuffle> shuffle = permutation(entries.iterator().next(), exit, ordered);
      if (shuffle.isEmpty()) {
        return Optional.empty();
      }
      shuffles.add(shuffle.get());
    }
    return Optional.of(shuffles);
  }

  private static boolean isLayout(Node node) {
    return node.op() instanceof Op.Reshape
        || node.op() instanceof Op.Transpose
        || node.op() instanceof Op.Flatten
        || node.op() instanceof Op.Squeeze
        || node.op() instanceof Op.Unsqueeze;
  }

  /** Sends the positions of each axis through the stretch: all but one must come out in place. */
  private Optional<Shuffle> permutation(String entry, String exit, List<Node> nodes) {
    Shape shape = state.graph.shape(entry).orElseThrow();
    if (!shape.isFixed() || !state.graph.shape(exit).equals(Optional.of(shape))) {
      return Optional.empty();
    }
    int[] varying = state.ids(entry).orElseThrow().varyingAxes();
    if (varying.length != 1) {
      return Optional.empty();
    }
    int channels = varying[0];
    int[] from = new int[0];
    for (int axis = 0; axis < shape.rank(); axis++) {
      int size = (int) shape.size(axis);
      int[] positions = IntStream.range(0, size).toArray();
      Optional<IdArray> moved =
          run(entry, exit, IdArray.along(shape.rank(), axis, positions), nodes);
      boolean plain =
          moved.isPresent()
              && moved.get().sizes()[axis] == size
              && moved.get().ids().length == size
              && (axis == channels || Arrays.equals(moved.get().ids(), positions));
      if (!plain) {
        return Optional.empty();
      }
      from = axis == channels ? moved.get().ids() : from;
    }
    return Optional.of(new Shuffle(entry, exit, channels, from));
  }

  private Optional<IdArray> run(String entry, String exit, IdArray start, List<Node> nodes) {
    Map<String, IdArray> arrays = new HashMap<>(Map.of(entry, start));
    for (Node node : nodes) {
      IdArray in = arrays.get(node.input(0));
      Optional<IdArray> out = in == null ? Optional.empty() : step(node, in);
      if (out.isPresent()) {
        arrays.put(node.output(), out.get());
      }
    }
    return Optional.ofNullable(arrays.get(exit)).map(IdArray::compressed);
  }

  private Optional<IdArray> step(Node node, IdArray in) {
    if (node.op() instanceof Op.Transpose op) {
      return Optional.of(in.transpose(op.permutation().stream().mapToInt(i -> i).toArray()));
    }
    Shape from = state.graph.shape(node.input(0)).orElseThrow();
    Shape to = state.graph.shape(node.output()).orElseThrow();
    return ReshapeIds.move(in, from, to);
  }

  private static List<String> concat(List<String> a, List<String> b) {
    List<String> both = new ArrayList<>(a);
    both.addAll(b);
    return both;
  }
}
