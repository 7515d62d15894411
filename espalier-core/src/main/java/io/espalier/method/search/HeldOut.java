package io.espalier.method.search;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import io.espalier.progress.Progress;
import io.espalier.train.Accuracy;
import io.espalier.train.Evaluator;
import io.espalier.train.Recalibration;

/**
 * How a search judges a network: by its accuracy and its loss on images of the validation split or,
 * where there is none, of the training split. The test split is never looked at.
 *
 * @param bench where the images are
 * @param images what is measured on
 * @param batches batches of training images to measure batch normalisation anew on before; 0 for
 *     none
 */
record HeldOut(Workbench bench, Dataset images, int batches) {
  private static final String IMAGES = "images";
  private static final String RECALIBRATE = "recalibrate";
  private static final int MOST = 1_000_000_000;

  static Setting imagesSetting() {
    return Setting.integer(
        IMAGES, 1000, "images to measure on, of the validation or else the training split");
  }

  static Setting recalibrateSetting() {
    return Setting.integer(
        RECALIBRATE, 0, "batches to measure batch normalisation anew on before each measurement");
  }

  /** Makes sure that the numbers among {@code settings} make sense. */
  static void check(String method, Settings settings) {
    requireWithin(method, settings, IMAGES, 1);
    requireWithin(method, settings, RECALIBRATE, 0);
  }

  static void requireWithin(String method, Settings settings, String name, long least) {
    long value = settings.integer(name);
    if (value < least || value > MOST) {
      throw new IllegalArgumentException(
          "method '%s': %s must be from %d to %d, but got %d"
              .formatted(method, name, least, MOST, value));
    }
  }

  /**
   * What {@code settings} say.
   *
   * @throws MethodException if there are test images alone
   */
  static HeldOut of(Workbench bench, Settings settings) {
    DataSplits splits = bench.images();
    Dataset source = splits.validation().isEmpty() ? splits.train() : splits.validation();
    if (!source.isLabelled()) {
      throw new MethodException(
          "a search measures on labelled images that are not those of the test: give --data with"
              + " a training or a validation split");
    }
    Dataset images = source.limit((int) settings.integer(IMAGES));
    return new HeldOut(bench, images, (int) settings.integer(RECALIBRATE));
  }

  /** How well {@code graph} does, without a progress of its own. */
  Accuracy accuracy(Graph graph) {
    return Evaluator.evaluate(
        recalibrated(graph), images, bench.normalization(), bench.evaluation(), Progress.none());
  }

  private Graph recalibrated(Graph graph) {
    if (batches == 0) {
      return graph;
    }
    return Recalibration.run(
        graph,
        bench.trainingImages(),
        bench.normalization(),
        batches,
        bench.evaluation(),
        Progress.none());
  }
}
