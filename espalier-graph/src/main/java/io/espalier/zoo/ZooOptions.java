package io.espalier.zoo;

import io.espalier.graph.Shape;

/**
 * How to build a network of the zoo.
 *
 * @param classes number of outputs
 * @param inputShape shape of one image, {@code [C, H, W]}
 * @param seed what the random weights follow from
 */
public record ZooOptions(int classes, Shape inputShape, long seed) {
  public ZooOptions {
    if (classes < 1) {
      throw new IllegalArgumentException("classes must be 1 or more, but got " + classes);
    }
    boolean positive = inputShape.dims().stream().allMatch(dim -> dim.size() >= 1);
    if (inputShape.rank() != 3 || !positive) {
      throw new IllegalArgumentException("an image has the shape [C, H, W], but got " + inputShape);
    }
  }

  public ZooOptions withClasses(int newClasses) {
    return new ZooOptions(newClasses, inputShape, seed);
  }

  public ZooOptions withInputShape(Shape newInputShape) {
    return new ZooOptions(classes, newInputShape, seed);
  }

  public ZooOptions withSeed(long newSeed) {
    return new ZooOptions(classes, inputShape, newSeed);
  }
}
