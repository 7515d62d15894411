package io.espalier.method.sparse.sss;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** How much of the penalty each factor bears, 1 for all of it. */
sealed interface Weighting {
  /** The weights for a step with this gradient of the factors. */
  double[] of(double[] gradient);

  /** What it remembers, if it remembers anything yet. */
  default Optional<double[]> save() {
    return Optional.empty();
  }

  /** Goes on from what {@link #save()} gave. */
  default void restore(double[] memory) {
    throw new IllegalStateException("%s remembers nothing".formatted(this));
  }

  /** All factors alike. */
  record Even() implements Weighting {
    @Override
    public double[] of(double[] gradient) {
      double[] ones = new double[gradient.length];
      Arrays.fill(ones, 1);
      return ones;
    }
  }

  /**
   * Less for factors that the loss is sensitive to: the mean sensitivity of a factor's class over
   * its own, between {@link #LEAST} and {@link #MOST}. Sensitivity is the running mean of the
   * gradient's size.
   */
  final class Sensitivity implements Weighting {
    static final double LEAST = 0.1;
    static final double MOST = 10;

    private final List<BitSet> classes;
    private final double memory;
    private double[] sensitivities = new double[0];

    /**
     * @param classes positions of the factors of each class
     * @param memory share of the running mean that is kept at each step, 0 or more and below 1
     */
    Sensitivity(List<BitSet> classes, double memory) {
      this.classes = List.copyOf(classes);
      this.memory = memory;
    }

    @Override
    public double[] of(double[] gradient) {
      remember(gradient);
      double[] weights = new double[gradient.length];
      for (BitSet members : classes) {
        double mean = members.stream().mapToDouble(i -> sensitivities[i]).average().orElse(0);
        members.stream().forEach(i -> weights[i] = weight(mean, sensitivities[i]));
      }
      return weights;
    }

    private void remember(double[] gradient) {
      if (sensitivities.length == 0) {
        sensitivities = Arrays.stream(gradient).map(Math::abs).toArray();
        return;
      }
      for (int i = 0; i < gradient.length; i++) {
        sensitivities[i] = memory * sensitivities[i] + (1 - memory) * Math.abs(gradient[i]);
      }
    }

    /** Without any sensitivity in the class, nothing tells its members apart. */
    private static double weight(double mean, double own) {
      return mean == 0 ? 1 : Math.clamp(mean / own, LEAST, MOST);
    }

    @Override
    public Optional<double[]> save() {
      return Optional.of(sensitivities.clone()).filter(s -> s.length > 0);
    }

    @Override
    public void restore(double[] memorised) {
      sensitivities = memorised.clone();
    }

    @Override
    public String toString() {
      return "Sensitivity[memory=%s]".formatted(memory);
    }
  }
}
