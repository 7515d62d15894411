package io.espalier.method.sparse;

import io.espalier.channel.Carriage;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Reader;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.Plans;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Where several normalisations judge the same channels, each for readers of its own: the stream of
 * a network with the activation in front, what a dense block has grown. There the channels
 * themselves stay and each normalisation's readers get a gather (the channel selection layer).
 *
 * @param sites one a normalisation, in network order
 * @param whole indices of the groups that stay whole for it
 */
record Gathers(List<Site> sites, Set<Integer> whole) {
  static final Gathers NONE = new Gathers(List.of(), Set.of());

  /**
   * A normalisation and those who read it.
   *
   * @param scale name of its scale
   * @param axis the channel axis of what is read
   * @param readers the layers that read it
   * @param inputs their inputs as a group; unit {@code i} is judged by entry {@code i} of the scale
   */
  record Site(String scale, int axis, List<String> readers, ChannelGroup inputs) {
    List<PlanEntry> selections(ChannelMap map, BitSet removed) {
      List<Integer> keep =
          IntStream.range(0, inputs.units()).filter(i -> !removed.get(i)).boxed().toList();
      List<PlanEntry> entries = new ArrayList<>();
      readers.forEach(reader -> entries.add(Plans.selection(map, reader, axis, keep)));
      return entries;
    }
  }

  /** The places of {@code graph}. */
  static Gathers of(Graph graph, ChannelMap map) {
    return new Search(graph, map).run();
  }

  /** The inputs of all sites as groups. */
  List<ChannelGroup> inputs() {
    return sites.stream().map(Site::inputs).toList();
  }

  private static final class Search {
    private final Graph graph;
    private final ChannelMap map;
    private final Map<String, List<Node>> consumers;
    private final Map<String, Member> scales = new LinkedHashMap<>();
    private final Map<String, Set<Integer>> judged = new LinkedHashMap<>();
    private final Set<List<Object>> readings = new HashSet<>();
    private final List<Site> sites = new ArrayList<>();

    Search(Graph graph, ChannelMap map) {
      this.graph = graph;
      this.map = map;
      this.consumers = graph.consumers();
      for (ChannelGroup group : map.groups()) {
        for (Member member : group.members()) {
          if (member.role() == Role.SCALE) {
            scales.put(member.node(), member);
            judged.computeIfAbsent(member.node(), key -> new TreeSet<>()).add(group.index());
          }
        }
        for (Reader reader : group.readers()) {
          readings.add(List.of(reader.node(), reader.input()));
        }
      }
    }

    Gathers run() {
      Set<Integer> whole = new TreeSet<>();
      Set<String> left = new LinkedHashSet<>(judged.keySet());
      while (!left.isEmpty()) {
        Set<String> together = together(left.iterator().next());
        left.removeAll(together);
        if (together.size() > 1) {
          take(together, whole);
        }
      }
      return new Gathers(List.copyOf(sites), whole);
    }

    /** The normalisations that are tied to {@code first} by channels which both judge. */
    private Set<String> together(String first) {
      Set<String> names = new LinkedHashSet<>(Set.of(first));
      Set<Integer> groups = new HashSet<>(judged.get(first));
      for (boolean grew = true; grew; ) {
        grew = false;
        for (Map.Entry<String, Set<Integer>> norm : judged.entrySet()) {
          if (norm.getValue().stream().anyMatch(groups::contains)) {
            grew |= names.add(norm.getKey()) | groups.addAll(norm.getValue());
          }
        }
      }
      return names;
    }

    /** All of them or none: a stream is whole only if nobody removes its channels. */
    private void take(Set<String> norms, Set<Integer> whole) {
      List<Site> found = new ArrayList<>();
      for (String norm : norms) {
        int index = map.groups().size() + sites.size() + found.size();
        Optional<Site> site = site(norm, index);
        if (site.isEmpty()) {
          return;
        }
        found.add(site.get());
      }
      sites.addAll(found);
      norms.forEach(norm -> whole.addAll(judged.get(norm)));
    }

    private Optional<Site> site(String norm, int index) {
      Node node = graph.node(norm).orElseThrow();
      Carriage made = map.carriage(node.output()).orElseThrow();
      Map<String, Carriage> readers = new LinkedHashMap<>();
      if (Positions.soleAxis(made.space()) < 0 || !follow(node.output(), made, readers)) {
        return Optional.empty();
      }
      List<Integer> axes =
          readers.values().stream().map(c -> Positions.soleAxis(c.space())).distinct().toList();
      if (axes.size() != 1) {
        return Optional.empty();
      }
      List<String> names = List.copyOf(readers.keySet());
      return map.inputs(names, index)
          .filter(inputs -> inputs.units() == made.size())
          .map(group -> new Site(scales.get(norm).initializer(), axes.getFirst(), names, group));
    }

    /**
     * Collects who reads {@code made}; false if it goes anywhere but to layers that read all its
     * channels in order.
     */
    private boolean follow(String from, Carriage made, Map<String, Carriage> readers) {
      Deque<String> values = new ArrayDeque<>(List.of(from));
      while (!values.isEmpty()) {
        String value = values.pop();
        Optional<Carriage> carried = map.carriage(value);
        if (carried.isEmpty() || graph.outputs().stream().anyMatch(o -> o.name().equals(value))) {
          return false;
        }
        for (Node node : consumers.getOrDefault(value, List.of())) {
          if (readings.contains(List.of(node.name(), 0)) && node.input(0).equals(value)) {
            readers.put(node.name(), carried.get());
            if (!same(made, carried.get()) || !ownsWeight(node.name())) {
              return false;
            }
          } else if (passesOn(node, value)) {
            values.addAll(node.outputs());
          } else {
            return false;
          }
        }
      }
      return !readers.isEmpty();
    }

    /** True where {@code node} does something to the channels of {@code value} alone. */
    private boolean passesOn(Node node, String value) {
      return !scales.containsKey(node.name())
          && node.inputs().stream()
              .allMatch(x -> x.equals(value) || graph.initializers().containsKey(x));
    }

    private boolean ownsWeight(String node) {
      return map.inputColumns(node)
          .map(columns -> consumers.getOrDefault(columns.initializer(), List.of()).size() == 1)
          .orElse(false);
    }

    private static boolean same(Carriage a, Carriage b) {
      return a.size() == b.size()
          && Positions.soleAxis(b.space()) >= 0
          && IntStream.range(0, a.size())
              .allMatch(i -> a.group(i) >= 0 && a.group(i) == b.group(i) && a.unit(i) == b.unit(i));
    }
  }
}
