package io.espalier.train;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How much better or worse than one network another does on the same images. Images that both have
 * right, or both wrong, say nothing about that: the interval is far narrower than one from two
 * accuracies. It is about these images as a sample of others, not about other trainings.
 *
 * @param images images with a label
 * @param lost images that only the first network has right
 * @param won images that only the second has right
 */
public record AccuracyChange(int images, int lost, int won) {
  private static final double NORMAL_95 = 1.959964;

  public AccuracyChange {
    if (lost < 0 || won < 0 || images < 1 || images < (long) lost + won) {
      throw new IllegalArgumentException(
          "of %d images %d cannot be lost and %d won".formatted(images, lost, won));
    }
  }

  /**
   * From which images each network has right.
   *
   * @throws IllegalArgumentException if these are not as many, or none
   */
  public static AccuracyChange of(List<Boolean> first, List<Boolean> second) {
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "the networks saw %d and %d images".formatted(first.size(), second.size()));
    }
    return new AccuracyChange(first.size(), onlyIn(first, second), onlyIn(second, first));
  }

  private static int onlyIn(List<Boolean> right, List<Boolean> other) {
    return (int)
        IntStream.range(0, right.size()).filter(i -> right.get(i) && !other.get(i)).count();
  }

  /** The second network's accuracy less the first's, as a share of the images. */
  public double change() {
    return (double) (won - lost) / images;
  }

  /** Lower end of the 95 % interval of {@link #change}. */
  public double low() {
    return middle() - half();
  }

  /** Upper end of the 95 % interval of {@link #change}. */
  public double high() {
    return middle() + half();
  }

  // Agresti and Min 2005: the interval of Wald with half an image added to each of the four cells.

  private double middle() {
    return (won - lost) / (images + 2.0);
  }

  private double half() {
    double differing = won + lost + 1;
    double square = (double) (won - lost) * (won - lost) / (images + 2.0);
    return NORMAL_95 * Math.sqrt(differing - square) / (images + 2.0);
  }
}
