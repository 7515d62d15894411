package io.espalier.channel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Sorts the classes of identities into groups of units. */
final class Grouping {
  /** Where a class of identities ended up. */
  record Place(int group, int unit) {}

  private final FlowState state;
  private final List<List<Integer>> roots = new ArrayList<>();

  /** Group and unit of each class, by its root; -1 where it is no unit. */
  private final int[] groupOf;

  private final int[] unitOf;
  private final List<ChannelGroup> groups;

  private Grouping(FlowState state) {
    this.state = state;
    this.groupOf = new int[state.identities.count()];
    this.unitOf = new int[groupOf.length];
    Arrays.fill(groupOf, -1);
    Arrays.fill(unitOf, -1);
    collect();
    this.groups = describe();
  }

  static Grouping of(FlowState state) {
    return new Grouping(state);
  }

  List<ChannelGroup> groups() {
    return groups;
  }

  /** The class of a unit. */
  int root(int group, int unit) {
    return roots.get(group).get(unit);
  }

  /** The unit that the class {@code root} is; empty if it is none. */
  Optional<Place> place(int root) {
    return groupOf[root] < 0
        ? Optional.empty()
        : Optional.of(new Place(groupOf[root], unitOf[root]));
  }

  /** Adds the unit of the class {@code root} to {@code units}; false if that class is no unit. */
  boolean mark(int root, Map<Integer, java.util.BitSet> units) {
    int group = groupOf[root];
    if (group >= 0) {
      units.computeIfAbsent(group, key -> new java.util.BitSet()).set(unitOf[root]);
    }
    return group >= 0;
  }

  /** Classes that some layer makes and that nothing freezes, by the layers that make them. */
  private void collect() {
    Map<Integer, Set<String>> makers = new TreeMap<>();
    for (Binding binding : state.bindings) {
      if (binding.role() == Role.OUTPUT) {
        for (int id : binding.ids().ids()) {
          if (state.identities.frozen(id).isEmpty()) {
            makers
                .computeIfAbsent(state.identities.find(id), key -> new LinkedHashSet<>())
                .add(binding.node());
          }
        }
      }
    }
    Map<Set<String>, List<Integer>> byMakers = new LinkedHashMap<>();
    makers.forEach(
        (root, names) -> byMakers.computeIfAbsent(names, key -> new ArrayList<>()).add(root));
    List<List<Integer>> sets = new ArrayList<>(byMakers.values());
    joinBalanced(sets);
    for (List<Integer> set : sets) {
      for (int unit = 0; unit < set.size(); unit++) {
        groupOf[set.get(unit)] = roots.size();
        unitOf[set.get(unit)] = unit;
      }
      roots.add(set);
    }
  }

  /** A balance is kept within one group: groups that share one are joined. */
  private void joinBalanced(List<List<Integer>> sets) {
    Map<Integer, Integer> home = new HashMap<>();
    sets.forEach(set -> set.forEach(root -> home.put(root, set.getFirst())));
    for (FlowState.RawBalance balance : state.balances) {
      Set<Integer> touched = new HashSet<>();
      balance
          .blocks()
          .forEach(block -> Arrays.stream(block).map(state.identities::find).forEach(touched::add));
      // Most balances lie in one set: it is found by any of their members.
      Set<Integer> homes = new HashSet<>();
      touched.stream().filter(home::containsKey).map(home::get).forEach(homes::add);
      if (homes.size() < 2) {
        continue;
      }
      List<List<Integer>> joined =
          sets.stream().filter(set -> set.stream().anyMatch(touched::contains)).toList();
      List<Integer> all = joined.stream().flatMap(List::stream).sorted().toList();
      int first = sets.indexOf(joined.getFirst());
      sets.removeAll(joined);
      sets.add(first, all);
      all.forEach(root -> home.put(root, all.getFirst()));
    }
  }

  private List<ChannelGroup> describe() {
    List<List<Member>> members = new ArrayList<>();
    List<List<Reader>> readers = new ArrayList<>();
    List<List<Passage>> passages = new ArrayList<>();
    List<Set<String>> producers = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      members.add(new ArrayList<>());
      readers.add(new ArrayList<>());
      passages.add(new ArrayList<>());
      producers.add(new LinkedHashSet<>());
    }
    for (Binding b : state.bindings) {
      positions(b.ids())
          .forEach(
              (group, positions) -> {
                members
                    .get(group)
                    .add(
                        new Member(b.initializer(), b.role(), b.node(), space(b.ids()), positions));
                if (b.role() == Role.OUTPUT) {
                  producers.get(group).add(b.node());
                }
              });
    }
    for (Reading r : state.readings) {
      positions(r.ids())
          .forEach(
              (group, positions) ->
                  readers
                      .get(group)
                      .add(new Reader(r.node(), r.input(), space(r.ids()), positions)));
    }
    for (String value : state.passages) {
      IdArray ids = state.ids(value).orElseThrow();
      positions(ids)
          .forEach(
              (group, positions) ->
                  passages.get(group).add(new Passage(value, space(ids), positions)));
    }
    List<List<Balance>> balances = balances();
    Set<String> names = new HashSet<>();
    List<ChannelGroup> described = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      List<String> makers = List.copyOf(producers.get(i));
      String name = makers.getFirst();
      for (int n = 2; !names.add(name); n++) {
        name = makers.getFirst() + "#" + n;
      }
      described.add(
          new ChannelGroup(
              i,
              name,
              makers,
              roots.get(i).size(),
              members.get(i),
              readers.get(i),
              passages.get(i),
              balances.get(i)));
    }
    return described;
  }

  private static List<Integer> space(IdArray ids) {
    return Arrays.stream(ids.sizes()).boxed().toList();
  }

  /** For each group with a part in {@code ids}, the positions of its units. */
  private Map<Integer, int[][]> positions(IdArray ids) {
    int[] found = Arrays.stream(ids.ids()).map(state.identities::find).toArray();
    Map<Integer, int[]> counts = new TreeMap<>();
    for (int root : found) {
      if (groupOf[root] >= 0) {
        counts.computeIfAbsent(groupOf[root], g -> new int[roots.get(g).size()])[unitOf[root]]++;
      }
    }
    Map<Integer, int[][]> result = new TreeMap<>();
    counts.forEach(
        (group, sizes) ->
            result.put(group, Arrays.stream(sizes).mapToObj(int[]::new).toArray(int[][]::new)));
    for (int i = found.length - 1; i >= 0; i--) {
      int group = groupOf[found[i]];
      if (group >= 0) {
        int unit = unitOf[found[i]];
        int left = --counts.get(group)[unit];
        result.get(group)[unit][left] = i;
      }
    }
    return result;
  }

  private List<List<Balance>> balances() {
    List<List<Balance>> result = new ArrayList<>();
    roots.forEach(set -> result.add(new ArrayList<>()));
    for (FlowState.RawBalance raw : state.balances) {
      List<List<Integer>> blocks = new ArrayList<>();
      Set<Integer> touched = new HashSet<>();
      for (int[] block : raw.blocks()) {
        List<Integer> units = new ArrayList<>();
        for (int id : block) {
          int root = state.identities.find(id);
          if (groupOf[root] >= 0) {
            units.add(unitOf[root]);
            touched.add(groupOf[root]);
          }
        }
        blocks.add(units);
      }
      for (int group : touched) {
        result.get(group).add(new Balance(raw.node(), blocks));
      }
    }
    return result;
  }
}
