package io.espalier.method.reconstruct;

import io.espalier.channel.Carriage;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Reader;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.surgery.Streams;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The layers of a network that reconstruction can work at (those that sum out channels which can
 * go), in the order in which it does: that of the network, but the last layer of a residual branch
 * comes after everything that its shortcut needs.
 *
 * @param all the sites in that order
 * @param streams groups that residual adds join; they stay whole
 * @param free groups that some site reads and no residual add joins: their units can go
 */
record Sites(List<Site> all, Set<Integer> streams, Set<Integer> free) {
  /** A square matrix of this many doubles a side takes half a gigabyte. */
  static final int MOST_COLUMNS = 8192;

  /** The sites of {@code graph}. */
  static Sites of(Graph graph, ChannelMap map) {
    Map<String, Integer> depths = depths(graph);
    Set<String> readers = new TreeSet<>();
    map.groups().forEach(g -> g.readers().forEach(reader -> readers.add(reader.node())));
    List<Site> sites = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      int index = i;
      LinearLayer.of(graph, graph.nodes().get(i))
          .filter(layer -> readers.contains(layer.node()))
          .filter(layer -> layer.columns() <= MOST_COLUMNS)
          .filter(layer -> Offset.isAlone(graph, layer.weight()))
          .flatMap(layer -> site(graph, map, layer, index, depths))
          .ifPresent(sites::add);
    }
    sites.sort(Comparator.comparingInt(Site::order));
    Set<Integer> streams = Streams.of(graph, map);
    Set<Integer> free = new TreeSet<>();
    sites.forEach(site -> free.addAll(site.carriage().groups()));
    free.removeAll(streams);
    return new Sites(List.copyOf(sites), streams, free);
  }

  private static Optional<Site> site(
      Graph graph, ChannelMap map, LinearLayer layer, int index, Map<String, Integer> depths) {
    Optional<Carriage> carriage =
        map.carriage(layer.input())
            .filter(c -> c.size() == layer.inputs())
            .filter(c -> c.space().get(layer.patches().axis(c.space().size())) == layer.inputs());
    if (carriage.isEmpty()) {
      return Optional.empty();
    }
    Optional<Shortcut> shortcut = Shortcut.of(graph, layer).filter(s -> isBranch(s, graph, depths));
    int order = shortcut.map(s -> 2 * graph.nodes().indexOf(s.sum()) - 1).orElse(2 * index);
    return Optional.of(
        new Site(
            layer,
            carriage.get(),
            Offset.of(graph, layer),
            shortcut.map(Shortcut::compensation),
            order));
  }

  /** Of two summands, the branch is the one behind more layers; of equals, the second. */
  private static boolean isBranch(Shortcut shortcut, Graph graph, Map<String, Integer> depths) {
    int own = depths.get(shortcut.operand());
    int other = depths.get(shortcut.compensation().value());
    return own > other || own == other && shortcut.sum().input(1).equals(shortcut.operand());
  }

  /** For each value, the most layers on a way to it. */
  private static Map<String, Integer> depths(Graph graph) {
    Map<String, Integer> depths = new HashMap<>();
    for (Node node : graph.nodes()) {
      int deepest =
          Graph.reads(node).stream().mapToInt(v -> depths.getOrDefault(v, 0)).max().orElse(0);
      int own = LinearLayer.of(graph, node).isPresent() ? 1 : 0;
      node.outputs().forEach(output -> depths.put(output, deepest + own));
    }
    return depths;
  }

  /** The sites that read units of {@code group}. */
  List<Site> reading(int group) {
    return all.stream().filter(site -> site.carriage().groups().contains(group)).toList();
  }

  /**
   * The sites in front of which a gather can stand: they read a stream and make channels of their
   * own, as the first layer of a residual branch does.
   */
  List<Site> entrances(ChannelMap map) {
    Set<String> own = new TreeSet<>();
    for (ChannelGroup group : map.groups()) {
      if (!streams.contains(group.index())) {
        group.members().stream()
            .filter(member -> member.role() == Role.OUTPUT)
            .forEach(member -> own.add(member.node()));
      }
    }
    return all.stream()
        .filter(site -> own.contains(site.node()) && site.layer().groups() == 1)
        .filter(site -> site.carriage().groups().stream().anyMatch(streams::contains))
        .filter(site -> map.inputColumns(site.node()).isPresent())
        .toList();
  }

  /** Names of the groups whose channels nothing reads that could be fitted anew. */
  List<String> unjudged(ChannelMap map) {
    return map.groups().stream()
        .filter(group -> !streams.contains(group.index()) && !free.contains(group.index()))
        .filter(group -> !group.readers().stream().map(Reader::node).toList().isEmpty())
        .map(ChannelGroup::name)
        .toList();
  }
}
