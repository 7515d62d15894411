package io.espalier.method.sparse;

import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** The factors of all units that have one, in one row: group after group, unit after unit. */
final class UnitFactors {
  private UnitFactors() {}

  private static boolean hasFactor(double score) {
    return score < Double.POSITIVE_INFINITY;
  }

  /** The scores that are finite. */
  static double[] of(Scores scores) {
    return scores.byGroup().stream()
        .flatMapToDouble(Arrays::stream)
        .filter(UnitFactors::hasFactor)
        .toArray();
  }

  /** Which of the row's units go. */
  static BitSet removed(Scores scores, Map<Integer, BitSet> removed) {
    BitSet row = new BitSet();
    int next = 0;
    List<double[]> groups = scores.byGroup();
    for (int group = 0; group < groups.size(); group++) {
      BitSet gone = removed.getOrDefault(group, new BitSet());
      for (int unit = 0; unit < groups.get(group).length; unit++) {
        if (hasFactor(groups.get(group)[unit])) {
          row.set(next++, gone.get(unit));
        }
      }
    }
    return row;
  }

  /** {@code scores}, infinite where {@code others} are. */
  static Scores bothFinite(Scores scores, Scores others) {
    List<double[]> rows = new ArrayList<>();
    for (int group = 0; group < scores.byGroup().size(); group++) {
      double[] row = scores.byGroup().get(group).clone();
      double[] other = others.byGroup().get(group);
      Arrays.setAll(row, unit -> hasFactor(other[unit]) ? row[unit] : other[unit]);
      rows.add(row);
    }
    return new Scores(rows);
  }

  /** Tells the user where a threshold of the method's own takes nothing. */
  static void warnOfNothing(Workbench bench, String method, Map<Integer, BitSet> removed) {
    if (removed.values().stream().allMatch(BitSet::isEmpty)) {
      bench.warn(
          "%s: the training drove no channel to zero, so nothing goes: train longer, with a stronger penalty, or give a budget"
              .formatted(method));
    }
  }
}
