package io.espalier.method.sparse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The sizes of factors by decade: a training that separates what matters from what does not leaves
 * two heaps, far apart.
 *
 * @param counts how many factors are exactly zero, then how many are below each power of ten from
 *     1e-6 to 10 (and not below the one before), and last how many are 10 or more
 * @param median the median size, the upper one of an even number; 0 of no factors
 * @param largest the largest size; 0 of no factors
 */
public record FactorHistogram(List<Integer> counts, double median, double largest) {
  private static final int LOWEST = -6;
  private static final int HIGHEST = 1;
  private static final int BINS = HIGHEST - LOWEST + 3;

  public FactorHistogram {
    counts = List.copyOf(counts);
    if (counts.size() != BINS) {
      throw new IllegalArgumentException(
          "a histogram has %d counts, but got %d".formatted(BINS, counts.size()));
    }
  }

  /**
   * The histogram of {@code factors} without their signs.
   *
   * @throws IllegalArgumentException if one is not a finite number
   */
  public static FactorHistogram of(double[] factors) {
    double[] sizes = Arrays.stream(factors).map(Math::abs).sorted().toArray();
    Integer[] counts = Collections.nCopies(BINS, 0).toArray(Integer[]::new);
    for (double size : sizes) {
      if (!Double.isFinite(size)) {
        throw new IllegalArgumentException("a factor must be finite, but got " + size);
      }
      counts[bin(size)]++;
    }
    boolean some = sizes.length > 0;
    return new FactorHistogram(
        List.of(counts), some ? sizes[sizes.length / 2] : 0, some ? sizes[sizes.length - 1] : 0);
  }

  private static int bin(double size) {
    if (size == 0) {
      return 0;
    }
    int bin = 1;
    while (bin < BINS - 1 && size >= edge(bin)) {
      bin++;
    }
    return bin;
  }

  /** What the factors of {@code bin} are below. */
  private static double edge(int bin) {
    return Double.parseDouble("1e" + (LOWEST + bin - 1));
  }

  /** Number of factors. */
  public int factors() {
    return counts.stream().mapToInt(Integer::intValue).sum();
  }

  /** Number of factors that are exactly zero. */
  public int zeros() {
    return counts.getFirst();
  }

  /** For a run's record: the counts by what their factors are below, without empty ends. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("factors", factors()).put("median", median).put("largest", largest);
    ObjectNode bins = json.putObject("histogram");
    for (int bin = 0; bin < BINS; bin++) {
      if (counts.get(bin) > 0) {
        bins.put(name(bin), counts.get(bin));
      }
    }
    return json;
  }

  private static String name(int bin) {
    if (bin == 0) {
      return "0";
    }
    return bin == BINS - 1 ? "from 1e" + HIGHEST : "below 1e" + (LOWEST + bin - 1);
  }

  /** The bins that are not empty, {@code 0: 12, below 1e-3: 4}. */
  @Override
  public String toString() {
    return toJson().path("histogram").toString().replaceAll("[{}\"]", "").replace(",", ", ");
  }
}
