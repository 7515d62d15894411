package io.espalier.train;

/**
 * How well a classifier does on images that have a label.
 *
 * @param top1 share of images whose largest logit is the label's
 * @param top5 share of images whose label is among the five largest logits
 * @param loss mean cross-entropy, in nats
 * @param images images that were counted
 */
public record Accuracy(double top1, double top5, double loss, int images) {
  /**
   * Whether the figure could as well come from guessing. For a network that was trained this means
   * that its input is probably not preprocessed as it was in training.
   *
   * @param classes number of classes
   */
  public boolean nearChance(int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException("chance needs 2 or more classes, but got " + classes);
    }
    double chance = 1.0 / classes;
    double deviation = Math.sqrt(chance * (1 - chance) / Math.max(1, images));
    return top1 < chance + Math.max(0.1 * (1 - chance), 3 * deviation);
  }
}
