package io.espalier.method.criterion;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Distances among the rows of a matrix. Empty rows have no part. */
final class GeometricMedian {
  private static final int ROUNDS = 200;
  private static final double SMALL = 1e-12;

  private GeometricMedian() {}

  /** For each row {@code sum_j ||a_i - a_j||}. */
  static double[] sumsOfDistances(double[][] given) {
    double[][] rows = padded(given);
    return sums(rows, (i, j) -> distance(rows[i], rows[j]));
  }

  /** The same from inner products, {@code sqrt(a_i.a_i + a_j.a_j - 2 a_i.a_j)}. */
  static double[] sumsOfDistancesByGram(double[][] given) {
    double[][] rows = padded(given);
    double[] squares = Arrays.stream(rows).mapToDouble(row -> dot(row, row)).toArray();
    return sums(
        rows,
        (i, j) -> Math.sqrt(Math.max(0, squares[i] + squares[j] - 2 * dot(rows[i], rows[j]))));
  }

  /** For each row the distance to the point with the smallest sum of distances to all rows. */
  static double[] distancesToMedian(double[][] given) {
    double[][] rows = padded(given);
    double[][] points = Arrays.stream(rows).filter(row -> row.length > 0).toArray(double[][]::new);
    if (points.length == 0) {
      return new double[rows.length];
    }
    double[] median = median(points);
    return Arrays.stream(rows)
        .mapToDouble(row -> row.length == 0 ? 0 : distance(row, median))
        .toArray();
  }

  /** A unit with several filters in one weight has a longer row; the others end in zeros. */
  private static double[][] padded(double[][] rows) {
    int length = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
    return Arrays.stream(rows)
        .map(row -> row.length == 0 ? row : Arrays.copyOf(row, length))
        .toArray(double[][]::new);
  }

  /** Weiszfeld's iteration; a row that the point falls on gets a large but finite weight. */
  private static double[] median(double[][] points) {
    double[] at = weightedMean(points, i -> 1);
    double size = Math.max(SMALL, Math.sqrt(dot(at, at)));
    for (int round = 0; round < ROUNDS; round++) {
      double[] from = at;
      at = weightedMean(points, i -> 1 / Math.max(SMALL * size, distance(points[i], from)));
      if (distance(at, from) <= SMALL * size) {
        break;
      }
    }
    return at;
  }

  private static double[] weightedMean(double[][] points, IntToDoubleFunction weight) {
    double[] mean = new double[points[0].length];
    double total = 0;
    for (int i = 0; i < points.length; i++) {
      double w = weight.applyAsDouble(i);
      total += w;
      for (int k = 0; k < mean.length; k++) {
        mean[k] += w * points[i][k];
      }
    }
    for (int k = 0; k < mean.length; k++) {
      mean[k] /= total;
    }
    return mean;
  }

  private interface Pair {
    double distance(int i, int j);
  }

  /** Each distance is measured once and sums are made in order: threads do not change the bits. */
  private static double[] sums(double[][] rows, Pair pair) {
    double[][] later =
        IntStream.range(0, rows.length)
            .parallel()
            .mapToObj(i -> distancesToLater(rows, i, pair))
            .toArray(double[][]::new);
    double[] sums = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = i + 1; j < rows.length; j++) {
        sums[i] += later[i][j - i - 1];
        sums[j] += later[i][j - i - 1];
      }
    }
    return sums;
  }

  private static double[] distancesToLater(double[][] rows, int i, Pair pair) {
    double[] distances = new double[rows.length - i - 1];
    for (int j = i + 1; j < rows.length; j++) {
      boolean both = rows[i].length > 0 && rows[j].length > 0;
      distances[j - i - 1] = both ? pair.distance(i, j) : 0;
    }
    return distances;
  }

  /** Two sums side by side: the processor need not wait for one addition to begin the next. */
  private static double distance(double[] a, double[] b) {
    double even = 0;
    double odd = 0;
    int k = 0;
    for (; k + 3 < a.length; k += 4) {
      double d0 = a[k] - b[k];
      double d1 = a[k + 1] - b[k + 1];
      double d2 = a[k + 2] - b[k + 2];
      double d3 = a[k + 3] - b[k + 3];
      even += d0 * d0 + d2 * d2;
      odd += d1 * d1 + d3 * d3;
    }
    for (; k < a.length; k++) {
      even += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return Math.sqrt(even + odd);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
