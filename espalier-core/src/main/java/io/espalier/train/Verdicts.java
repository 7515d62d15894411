package io.espalier.train;

/**
 * Hears of each image with a label, in their order, whether the network's largest logit was the
 * label's.
 */
@FunctionalInterface
public interface Verdicts {
  void add(boolean right);

  /** Listens to nothing. */
  static Verdicts none() {
    return right -> {};
  }
}
