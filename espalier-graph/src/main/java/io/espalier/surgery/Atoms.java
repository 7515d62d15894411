package io.espalier.surgery;

import io.espalier.channel.Balance;
import io.espalier.channel.ChannelGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The smallest sets of units that may go together: single units; where a grouped convolution asks
 * for balance, one of each of its blocks; with alignment, as many as make the kept width a
 * multiple.
 */
final class Atoms {
  /** Units of one group that go together; {@code score} is their mean score. */
  record Atom(int group, int[] units, double score) {}

  private Atoms() {}

  /**
   * The atoms of {@code group}, those to go first in front. Units that must stay are in none.
   *
   * @param gone units that are out already
   */
  static List<Atom> of(ChannelGroup group, Scores scores, int align, BitSet gone) {
    List<int[]> sets =
        group.balances().isEmpty() ? singles(group, gone) : balanced(group, scores, gone);
    List<Atom> atoms = new ArrayList<>();
    for (int[] set : sets) {
      atoms.add(atom(group, scores, set));
    }
    atoms.sort(Comparator.comparingDouble(Atom::score).thenComparingInt(atom -> atom.units()[0]));
    int left = group.units() - gone.cardinality();
    List<Atom> wanted = align > 1 ? aligned(group, scores, atoms, align, left) : atoms;
    return wanted.stream().filter(atom -> atom.score() < Double.POSITIVE_INFINITY).toList();
  }

  private static Atom atom(ChannelGroup group, Scores scores, int[] units) {
    double sum = Arrays.stream(units).mapToDouble(u -> scores.of(group.index(), u)).sum();
    return new Atom(group.index(), units, sum / units.length);
  }

  private static List<int[]> singles(ChannelGroup group, BitSet gone) {
    List<int[]> sets = new ArrayList<>();
    for (int unit = gone.nextClearBit(0);
        unit < group.units();
        unit = gone.nextClearBit(unit + 1)) {
      sets.add(new int[] {unit});
    }
    return sets;
  }

  /** {@code balance} among the units that are left. */
  private static Balance without(Balance balance, BitSet gone) {
    return new Balance(
        balance.node(),
        balance.blocks().stream()
            .map(block -> block.stream().filter(unit -> !gone.get(unit)).toList())
            .toList());
  }

  /**
   * One unit of each block, the r-th least of every block together. Units that stand in blocks of
   * several balances are tied by their rank in the finest one that covers them; where balances
   * overlap without nesting, positions are tied instead.
   */
  private static List<int[]> balanced(ChannelGroup group, Scores scores, BitSet gone) {
    Ties ties = new Ties(group.units());
    gone.stream().forEach(ties::drop);
    Set<Integer> covered = new HashSet<>();
    List<Balance> finestFirst =
        group.balances().stream()
            .map(balance -> without(balance, gone))
            .sorted(Comparator.comparingInt(balance -> -balance.blocks().size()))
            .toList();
    for (Balance balance : finestFirst) {
      boolean fresh = balance.blocks().stream().flatMap(List::stream).noneMatch(covered::contains);
      boolean nested = !fresh && nests(balance, finestFirst.getFirst());
      if (!nested) {
        tie(ties, group, scores, balance, fresh);
      }
      balance.blocks().forEach(covered::addAll);
    }
    return ties.sets().stream().filter(set -> keepsBalance(set, group.balances())).toList();
  }

  /** True when {@code set} takes equally many positions from all blocks of every balance. */
  private static boolean keepsBalance(int[] set, List<Balance> balances) {
    Set<Integer> units = new HashSet<>();
    Arrays.stream(set).forEach(units::add);
    return balances.stream()
        .allMatch(
            balance ->
                balance.blocks().stream()
                        .mapToLong(block -> block.stream().filter(units::contains).count())
                        .distinct()
                        .count()
                    == 1);
  }

  /** True when equal parts of the finer blocks are equal parts of the coarser ones too. */
  private static boolean nests(Balance coarse, Balance fine) {
    Map<Integer, Integer> blockOf = new HashMap<>();
    for (int b = 0; b < coarse.blocks().size(); b++) {
      for (int unit : coarse.blocks().get(b)) {
        blockOf.put(unit, b);
      }
    }
    Map<Integer, Integer> fineBlocks = new HashMap<>();
    for (List<Integer> block : fine.blocks()) {
      Set<Integer> homes = new HashSet<>();
      block.forEach(unit -> homes.add(blockOf.getOrDefault(unit, -1)));
      if (homes.size() != 1 || homes.contains(-1)) {
        return false;
      }
      fineBlocks.merge(homes.iterator().next(), 1, Integer::sum);
    }
    return fineBlocks.size() == coarse.blocks().size()
        && new HashSet<>(fineBlocks.values()).size() == 1;
  }

  private static void tie(
      Ties ties, ChannelGroup group, Scores scores, Balance balance, boolean byRank) {
    List<List<Integer>> blocks = new ArrayList<>();
    for (List<Integer> block : balance.blocks()) {
      List<Integer> ordered = new ArrayList<>(block.stream().distinct().toList());
      if (byRank) {
        ordered.sort(Comparator.comparingDouble(unit -> scores.of(group.index(), unit)));
      }
      blocks.add(ordered);
    }
    int width = blocks.stream().mapToInt(List::size).min().orElse(0);
    boolean equal = blocks.stream().allMatch(block -> block.size() == width);
    for (int rank = 0; rank < width; rank++) {
      for (List<Integer> block : blocks) {
        ties.join(blocks.getFirst().get(rank), block.get(rank));
      }
    }
    if (!equal) {
      blocks.forEach(block -> block.subList(width, block.size()).forEach(ties::drop));
    }
  }

  /** Joins atoms so that what stays of the group is a multiple of {@code align} after each. */
  private static List<Atom> aligned(
      ChannelGroup group, Scores scores, List<Atom> atoms, int align, int units) {
    List<Atom> joined = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    int left = units;
    for (Atom atom : atoms) {
      Arrays.stream(atom.units()).forEach(open::add);
      left -= atom.units().length;
      if (left % align == 0) {
        joined.add(atom(group, scores, open.stream().mapToInt(u -> u).toArray()));
        open.clear();
      }
    }
    return joined;
  }

  /** Units that must go together. */
  private static final class Ties {
    private final int[] parent;
    private final Set<Integer> dropped = new HashSet<>();

    Ties(int count) {
      parent = java.util.stream.IntStream.range(0, count).toArray();
    }

    private int find(int unit) {
      int root = unit;
      while (parent[root] != root) {
        parent[root] = parent[parent[root]];
        root = parent[root];
      }
      return root;
    }

    void join(int a, int b) {
      parent[find(b)] = find(a);
    }

    /** Says that {@code unit} has no partner in some block and must stay. */
    void drop(int unit) {
      dropped.add(unit);
    }

    List<int[]> sets() {
      Set<Integer> stuck = new HashSet<>();
      dropped.forEach(unit -> stuck.add(find(unit)));
      Map<Integer, List<Integer>> sets = new java.util.LinkedHashMap<>();
      for (int unit = 0; unit < parent.length; unit++) {
        if (!stuck.contains(find(unit))) {
          sets.computeIfAbsent(find(unit), key -> new ArrayList<>()).add(unit);
        }
      }
      return sets.values().stream().map(set -> set.stream().mapToInt(u -> u).toArray()).toList();
    }
  }
}
