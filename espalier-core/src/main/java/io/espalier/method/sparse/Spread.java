package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.graph.Graph;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Orders the units of a group so that the first ones, however many, are spread over all of them.
 */
final class Spread {
  private Spread() {}

  /**
   * By numbers: scores that are larger the earlier a unit comes when intervals are halved again and
   * again. The same share of every group has the same scores.
   */
  static double[] even(ChannelGroup group) {
    double[] scores = new double[group.units()];
    for (List<Integer> kind : Kinship.of(group)) {
      Integer[] order = new Integer[kind.size()];
      Arrays.setAll(order, i -> i);
      Arrays.sort(
          order,
          Comparator.comparingInt((Integer i) -> Integer.reverse(i) >>> 1).thenComparing(i -> i));
      for (int rank = 0; rank < order.length; rank++) {
        scores[kind.get(order[rank])] =
            rank == 0 ? Double.POSITIVE_INFINITY : 1 - (double) rank / order.length;
      }
    }
    return scores;
  }

  /**
   * By weights: the first unit is the largest, each further one is the farthest from all before,
   * and its score is that distance in units of the group's mean filter. So a score says how little
   * a unit is like those that matter more; the first of each kind stays.
   */
  static double[] farthest(Graph graph, ChannelGroup group) {
    double[][] rows = Kinship.filters(graph, group);
    double mean = meanNorm(rows);
    double[] scores = new double[group.units()];
    for (List<Integer> kind : Kinship.of(group)) {
      double[] near = new double[kind.size()];
      Arrays.fill(near, Double.POSITIVE_INFINITY);
      int next = largest(rows, kind);
      for (int chosen = 0; chosen < near.length; chosen++) {
        double distance = near[next];
        scores[kind.get(next)] = distance == 0 || mean == 0 ? 0 : distance / mean;
        near[next] = -1;
        next = approach(rows, kind, near, next);
      }
    }
    return scores;
  }

  private static int largest(double[][] rows, List<Integer> kind) {
    int best = 0;
    for (int i = 1; i < kind.size(); i++) {
      best = norm(rows[kind.get(i)]) > norm(rows[kind.get(best)]) ? i : best;
    }
    return best;
  }

  /** Lowers the distances to the nearest chosen unit, and finds the farthest that is left. */
  private static int approach(double[][] rows, List<Integer> kind, double[] near, int chosen) {
    int farthest = chosen;
    for (int i = 0; i < near.length; i++) {
      if (near[i] >= 0) {
        near[i] = Math.min(near[i], distance(rows[kind.get(i)], rows[kind.get(chosen)]));
        farthest = near[i] > near[farthest] ? i : farthest;
      }
    }
    return farthest;
  }

  /** The mean Euclidean norm of filters. */
  static double meanNorm(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(Spread::norm).average().orElse(0);
  }

  private static double norm(double[] row) {
    return distance(row, new double[row.length]);
  }

  /** The Euclidean distance of two filters. */
  static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }
}
