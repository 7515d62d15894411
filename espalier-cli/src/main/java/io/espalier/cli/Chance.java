package io.espalier.cli;

import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.train.Accuracy;

/**
 * What guessing would reach.
 *
 * @param classes number of classes of the network
 * @param dataClasses number of classes of the data
 */
record Chance(int classes, int dataClasses) {
  /** Of the classes of {@code graph}, or of the data where the network does not fix them. */
  static Chance of(Graph graph, Dataset data) {
    Shape output = graph.outputs().getFirst().type().shape();
    boolean known = output.rank() == 2 && output.size(1) > 0;
    int inData = data.classNames().size();
    return new Chance(known ? (int) output.size(1) : inData, inData);
  }

  boolean isNear(Accuracy accuracy) {
    return classes > 1 && accuracy.nearChance(classes);
  }

  /** Tells the user if {@code accuracy} could as well be luck. */
  void warn(Accuracy accuracy, String file, Normalization normalization, Output output) {
    if (isNear(accuracy) && classes != dataClasses) {
      output.warn(
          "%s is near chance (%s): it tells %d classes apart, but the data has %d, so it was"
                  .formatted(file, Numbers.accuracy(accuracy.top1()), classes, dataClasses)
              + " probably trained on other data");
    } else if (isNear(accuracy)) {
      output.warn(
          "%s is near chance (%s for %d classes): the preprocessing is probably not that of its"
                  .formatted(file, Numbers.accuracy(accuracy.top1()), classes)
              + " training (now %s; see --normalization, --mean, --std, --resize), or it was cut and"
                  .formatted(normalization)
              + " not trained since");
    }
  }
}
