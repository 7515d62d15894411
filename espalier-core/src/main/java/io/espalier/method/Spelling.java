package io.espalier.method;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What a user may have meant by a name that is unknown. */
public final class Spelling {
  private Spelling() {}

  /**
   * {@code did you mean 'resnet20'?}, or all names where none is near.
   *
   * @param all what the list of all begins with, such as {@code there are}
   */
  public static String hint(String name, String all, Collection<String> known) {
    List<String> near =
        known.stream()
            .filter(other -> isNear(name, other))
            .sorted(Comparator.comparingInt(other -> distance(name, other)))
            .limit(3)
            .toList();
    return near.isEmpty()
        ? all + " " + String.join(", ", known)
        : near.stream().collect(Collectors.joining("' or '", "did you mean '", "'?"));
  }

  private static boolean isNear(String id, String known) {
    return distance(id, known) <= Math.max(1, known.length() / 2)
        || (id.length() > 1 && (known.contains(id) || id.contains(known)));
  }

  /** The number of letters to insert, delete or replace (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
