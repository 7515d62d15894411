package io.espalier.method;

import io.espalier.channel.Changes;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which unit of the original network each unit of a cut one is. They are recognised by their
 * filters: row {@code i} of a weight that was cut is the {@code i}-th row that stayed.
 */
final class UnitTrace {
  /** A unit of a channel map. */
  private record Unit(int group, int unit) {}

  private final ChannelMap original;
  private final Map<Unit, Unit> toOriginal = new HashMap<>();
  private final Map<Unit, Unit> toCurrent = new HashMap<>();

  private UnitTrace(ChannelMap original) {
    this.original = original;
  }

  /**
   * Traces the units of {@code current}, which is {@code original} without the units {@code
   * removed}, given by group index.
   */
  static UnitTrace of(ChannelMap original, Map<Integer, BitSet> removed, ChannelMap current) {
    UnitTrace trace = new UnitTrace(original);
    Map<String, Unit[]> homes = trace.homes(removed);
    for (ChannelGroup group : current.groups()) {
      for (Member member : filters(group)) {
        Unit[] rows = homes.getOrDefault(member.initializer(), new Unit[0]);
        for (int unit = 0; unit < group.units(); unit++) {
          for (int position : member.positions(unit)) {
            trace.link(new Unit(group.index(), unit), rows[position]);
          }
        }
      }
    }
    return trace;
  }

  private static List<Member> filters(ChannelGroup group) {
    return group.members().stream().filter(member -> member.role() == Role.OUTPUT).toList();
  }

  private void link(Unit now, Unit before) {
    Unit other = toOriginal.put(now, before);
    if (other != null && !other.equals(before)) {
      throw new IllegalStateException("a unit of the cut network is two of the original");
    }
    toCurrent.put(before, now);
  }

  /** By weight, the original unit of each row that stayed. */
  private Map<String, Unit[]> homes(Map<Integer, BitSet> removed) {
    Map<String, Unit[]> homes = new HashMap<>();
    for (ChannelGroup group : original.groups()) {
      for (Member member : filters(group)) {
        int rows = member.space().stream().reduce(1, Math::multiplyExact);
        Unit[] home = homes.computeIfAbsent(member.initializer(), name -> new Unit[rows]);
        for (int unit = 0; unit < group.units(); unit++) {
          for (int position : member.positions(unit)) {
            home[position] = new Unit(group.index(), unit);
          }
        }
      }
    }
    Map<String, List<Integer>> spaces = new HashMap<>();
    original.groups().stream()
        .flatMap(group -> filters(group).stream())
        .forEach(member -> spaces.put(member.initializer(), member.space()));
    for (Changes.Slot slot : original.changes(removed).slots()) {
      if (slot.space().equals(spaces.get(slot.initializer()))) {
        homes.computeIfPresent(slot.initializer(), (name, home) -> without(home, slot.removed()));
      }
    }
    return homes;
  }

  private static Unit[] without(Unit[] rows, int[] gone) {
    BitSet bits = new BitSet();
    Arrays.stream(gone).forEach(bits::set);
    return IntStream.range(0, rows.length)
        .filter(row -> !bits.get(row))
        .mapToObj(row -> rows[row])
        .toArray(Unit[]::new);
  }

  /**
   * The scores of the cut network's units for the original's; what has none must stay.
   *
   * @throws IllegalArgumentException if the scores come with losses, which are those of a network
   *     of which nothing is gone, and something is
   */
  Scores toOriginal(Scores scores) {
    if (!scores.losses().isEmpty() && toCurrent.size() < original.units()) {
      throw new IllegalArgumentException("losses hold before the first cut only");
    }
    List<double[]> all = new ArrayList<>();
    for (ChannelGroup group : original.groups()) {
      double[] own = new double[group.units()];
      Arrays.fill(own, Double.POSITIVE_INFINITY);
      for (int unit = 0; unit < own.length; unit++) {
        Unit now = toCurrent.get(new Unit(group.index(), unit));
        if (now != null) {
          own[unit] = scores.byGroup().get(now.group())[now.unit()];
        }
      }
      all.add(own);
    }
    return new Scores(all, scores.losses());
  }

  /** The units of the cut network that {@code units} of the original are, by group index. */
  Map<Integer, BitSet> toCurrent(Map<Integer, BitSet> units) {
    return translated(units, toCurrent);
  }

  /** The units of the original that {@code units} of the cut network are, by group index. */
  Map<Integer, BitSet> toOriginal(Map<Integer, BitSet> units) {
    return translated(units, toOriginal);
  }

  private static Map<Integer, BitSet> translated(
      Map<Integer, BitSet> units, Map<Unit, Unit> dictionary) {
    Map<Integer, BitSet> result = new HashMap<>();
    units.forEach(
        (group, bits) ->
            bits.stream()
                .mapToObj(unit -> new Unit(group, unit))
                .filter(dictionary::containsKey)
                .map(dictionary::get)
                .forEach(
                    u -> result.computeIfAbsent(u.group(), key -> new BitSet()).set(u.unit())));
    return result;
  }
}
