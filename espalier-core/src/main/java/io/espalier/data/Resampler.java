package io.espalier.data;

/**
 * Resizes one plane of bytes along one axis with a triangle filter that widens when shrinking,
 * which is bilinear interpolation with antialiasing. Weights are fixed-point numbers of 22 bits and
 * each pass rounds to bytes, rows first, so that results equal those of the Pillow library. Only a
 * part of the result is made where only that is wanted.
 */
final class Resampler {
  private static final int BITS = 22;

  private final int from;
  private final int count;
  private final int[] first;
  private final int[][] weights;

  /**
   * From {@code from} pixels to those of {@code to} pixels that begin at {@code start}.
   *
   * @param count how many of them
   */
  Resampler(int from, long to, long start, int count) {
    this.from = from;
    this.count = count;
    this.first = new int[count];
    this.weights = new int[count][];
    double scale = (double) from / to;
    double reach = Math.max(scale, 1);
    for (int i = 0; i < count; i++) {
      double centre = (start + i + 0.5) * scale;
      first[i] = Math.max((int) (centre - reach + 0.5), 0);
      int end = Math.min((int) (centre + reach + 0.5), from);
      weights[i] = weights(centre, reach, first[i], end);
    }
  }

  private static int[] weights(double centre, double reach, int first, int end) {
    double[] exact = new double[end - first];
    double sum = 0;
    for (int k = 0; k < exact.length; k++) {
      double distance = Math.abs((first + k - centre + 0.5) / reach);
      exact[k] = Math.max(1 - distance, 0);
      sum += exact[k];
    }
    int[] fixed = new int[exact.length];
    for (int k = 0; k < exact.length; k++) {
      fixed[k] = (int) (exact[k] / sum * (1 << BITS) + 0.5);
    }
    return fixed;
  }

  /**
   * Resizes {@code lines} lines of a plane.
   *
   * @param alongRows whether a line is a row of the plane; otherwise it is a column
   */
  void apply(byte[] in, int inOffset, byte[] out, int outOffset, int lines, boolean alongRows) {
    for (int line = 0; line < lines; line++) {
      int start = inOffset + (alongRows ? line * from : line);
      int target = outOffset + (alongRows ? line * count : line);
      int step = alongRows ? 1 : lines;
      for (int i = 0; i < count; i++) {
        int sum = 1 << (BITS - 1);
        int at = start + first[i] * step;
        for (int weight : weights[i]) {
          sum += (in[at] & 0xff) * weight;
          at += step;
        }
        out[target + i * step] = (byte) Math.clamp(sum >> BITS, 0, 255);
      }
    }
  }
}
