package io.espalier.cli;

import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.train.Accuracy;

/**
 * What guessing would reach.
 *
 * @param classes number of classes
 */
record Chance(int classes) {
  /** Of the classes of {@code graph}, or of the data where the network does not fix them. */
  static Chance of(Graph graph, Dataset data) {
    Shape output = graph.outputs().getFirst().type().shape();
    boolean known = output.rank() == 2 && output.size(1) > 0;
    return new Chance(known ? (int) output.size(1) : data.classNames().size());
  }

  boolean isNear(Accuracy accuracy) {
    return classes > 1 && accuracy.nearChance(classes);
  }

  /** Tells the user if {@code accuracy} could as well be luck. */
  void warn(Accuracy accuracy, String file, Normalization normalization, Output output) {
    if (isNear(accuracy)) {
      output.warn(
          "%s is near chance (%s for %d classes): the preprocessing is probably not that of its"
                  .formatted(file, Numbers.accuracy(accuracy.top1()), classes)
              + " training (now %s); see --normalization, --mean, --std, --resize"
                  .formatted(normalization));
    }
  }
}
