package io.espalier.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Chooses images by class. */
final class Selection {
  private Selection() {}

  /** The first {@code count} images when the classes take turns; ascending. */
  static int[] balanced(Dataset data, int count) {
    if (count < 0) {
      throw new IllegalArgumentException("cannot keep %d images".formatted(count));
    }
    List<int[]> classes = byClass(data);
    int[] chosen = new int[Math.min(count, data.size())];
    int filled = 0;
    for (int turn = 0; filled < chosen.length; turn++) {
      for (int[] members : classes) {
        if (turn < members.length && filled < chosen.length) {
          chosen[filled++] = members[turn];
        }
      }
    }
    Arrays.sort(chosen);
    return chosen;
  }

  /** A random {@code share} of each class, at least one image and never all of them; ascending. */
  static int[] stratified(Dataset data, double share, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Integer> chosen = new ArrayList<>();
    for (int[] members : byClass(data)) {
      int take = (int) Math.round(share * members.length);
      take = Math.min(Math.max(take, 1), members.length - 1);
      Shuffle.shuffle(members, random);
      for (int i = 0; i < take; i++) {
        chosen.add(members[i]);
      }
    }
    return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /** All indices that are not in {@code chosen}, which is ascending. */
  static int[] others(int size, int[] chosen) {
    int[] others = new int[size - chosen.length];
    int next = 0;
    int filled = 0;
    for (int i = 0; i < size; i++) {
      if (next < chosen.length && chosen[next] == i) {
        next++;
      } else {
        others[filled++] = i;
      }
    }
    return others;
  }

  private static List<int[]> byClass(Dataset data) {
    TreeMap<Integer, List<Integer>> classes = new TreeMap<>();
    for (int i = 0; i < data.size(); i++) {
      classes.computeIfAbsent(data.label(i), label -> new ArrayList<>()).add(i);
    }
    return classes.values().stream()
        .map(members -> members.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }
}
