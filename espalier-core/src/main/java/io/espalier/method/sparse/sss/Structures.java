package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelMap;
import io.espalier.method.MethodException;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The structures of a network that bear factors, in a fixed order: blocks, convolution groups,
 * channels.
 *
 * @param all one factor each, by position
 */
record Structures(List<Structure> all) {
  Structures {
    all = List.copyOf(all);
  }

  /** What the setting {@code structures} can say. */
  static List<String> words() {
    return List.of(
        "channels",
        "groups",
        "blocks",
        "blocks+channels",
        "groups+channels",
        "blocks+groups",
        "all");
  }

  static Set<Structure.Kind> kinds(String word) {
    if (word.equals("all")) {
      return EnumSet.allOf(Structure.Kind.class);
    }
    Set<Structure.Kind> kinds = EnumSet.noneOf(Structure.Kind.class);
    for (Structure.Kind kind : Structure.Kind.values()) {
      if (Arrays.asList(word.split("\\+")).contains(kind.word())) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  /**
   * The structures of {@code kinds} that the network on the bench has and that may go.
   *
   * @param signed whether factors may fall below zero
   * @throws MethodException if there are none
   */
  static Structures find(Workbench bench, Set<Structure.Kind> kinds, boolean signed) {
    StructureSearch search = new StructureSearch(bench, signed);
    List<Structure> found = new ArrayList<>();
    for (Structure.Kind kind : kinds) {
      found.addAll(
          switch (kind) {
            case BLOCK -> search.blocks();
            case GROUP -> search.groups();
            case CHANNEL -> search.channels();
          });
    }
    if (found.isEmpty()) {
      throw new MethodException(
          "'%s' has no %s that could go: choose other structures, or freeze less"
              .formatted(bench.graph().name(), kinds.toString().toLowerCase(Locale.ROOT)));
    }
    return new Structures(found);
  }

  int count() {
    return all.size();
  }

  /** Positions of the structures of {@code kind}. */
  BitSet of(Structure.Kind kind) {
    BitSet positions = new BitSet();
    for (int i = 0; i < all.size(); i++) {
      positions.set(i, all.get(i).kind() == kind);
    }
    return positions;
  }

  Set<Structure.Kind> kinds() {
    Set<Structure.Kind> kinds = EnumSet.noneOf(Structure.Kind.class);
    all.forEach(structure -> kinds.add(structure.kind()));
    return kinds;
  }

  /**
   * For each unit, group after group, the position of the structure of {@code kind} that it belongs
   * to; {@link #count()} where it is none.
   */
  int[][] bearers(ChannelMap map, Structure.Kind kind) {
    int[][] positions = new int[map.groups().size()][];
    map.groups()
        .forEach(
            group -> {
              positions[group.index()] = new int[group.units()];
              Arrays.fill(positions[group.index()], count());
            });
    for (int i = 0; i < count(); i++) {
      int position = i;
      switch (all.get(i)) {
        case Structure.Channel c when kind == Structure.Kind.CHANNEL ->
            positions[c.group()][c.unit()] = position;
        case Structure.Group g when kind == Structure.Kind.GROUP ->
            g.outputs()
                .forEach(
                    (group, units) ->
                        units.stream().forEach(unit -> positions[group][unit] = position));
        case Structure other -> {
          // A block's factor stands on its branch, not on units.
        }
      }
    }
    return positions;
  }

  /**
   * How strong each unit is: as the weakest factor that it bears; infinite where it bears none.
   *
   * @param strengths of the structures
   */
  Scores ofUnits(ChannelMap map, double[] strengths) {
    List<int[][]> bearers = kinds().stream().map(kind -> bearers(map, kind)).toList();
    return Scores.of(
        map,
        group ->
            IntStream.range(0, group.units())
                .mapToDouble(
                    unit ->
                        bearers.stream()
                            .mapToInt(positions -> positions[group.index()][unit])
                            .filter(structure -> structure < strengths.length)
                            .mapToDouble(structure -> strengths[structure])
                            .min()
                            .orElse(Double.POSITIVE_INFINITY))
                .toArray());
  }
}
