package io.espalier.method.reconstruct;

import java.util.BitSet;

/** What a method of reconstruction does at one layer. */
interface LayerRule {
  /** Whether inputs that a residual stream gives may be chosen too, by a gather in front. */
  boolean gathers();

  /** Looks at {@code site} as it is in {@code draft}. */
  Look look(Site site, Draft draft);

  /**
   * How much each of the columns of {@code equations} is needed when {@code wanted} of them stay.
   *
   * @return finite numbers; the columns with the largest stay
   */
  double[] rank(NormalEquations equations, int wanted);

  /** What there is to know about one layer. */
  interface Look extends AutoCloseable {
    /** Variance of what the layer should make. */
    double power();

    /**
     * The regression of what the layer should make on what units contribute to it.
     *
     * @param unitOf the unit that each input belongs to; -1 for others, which stay as they are
     * @param units number of units
     */
    NormalEquations equations(int[] unitOf, int units);

    /** New weights for the layer when {@code inputs} are those that stay. */
    Refit refit(BitSet inputs);

    @Override
    void close();
  }

  /**
   * New weights of a layer.
   *
   * @param weight in matrix form; columns of inputs that go are as before
   * @param offset what is to be added to its outputs, one a channel
   * @param fullRank whether the inputs that stay are independent
   * @param errorBefore squared error with the inputs that stay and the weights of before, relative
   *     to the variance of what the layer should make
   * @param errorAfter the same with the new weights
   */
  record Refit(
      double[] weight, double[] offset, boolean fullRank, double errorBefore, double errorAfter) {}
}
