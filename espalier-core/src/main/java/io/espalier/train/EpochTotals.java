package io.espalier.train;

/**
 * Sums over the steps of an epoch so far.
 *
 * @param lossSum sum of the loss over images
 * @param images images trained on
 * @param labelled images that had a label
 * @param correct labelled images whose largest logit was the label's
 * @param seconds wall-clock time of the steps
 * @param waitSeconds the part of it spent waiting for data
 */
record EpochTotals(
    double lossSum, long images, long labelled, long correct, double seconds, double waitSeconds) {
  static final EpochTotals NONE = new EpochTotals(0, 0, 0, 0, 0, 0);

  EpochTotals plus(EpochTotals other) {
    return new EpochTotals(
        lossSum + other.lossSum,
        images + other.images,
        labelled + other.labelled,
        correct + other.correct,
        seconds + other.seconds,
        waitSeconds + other.waitSeconds);
  }

  double loss() {
    return images == 0 ? Double.NaN : lossSum / images;
  }

  double accuracy() {
    return labelled == 0 ? Double.NaN : (double) correct / labelled;
  }

  double imagesPerSecond() {
    return seconds == 0 ? Double.NaN : images / seconds;
  }

  double waitShare() {
    return seconds == 0 ? Double.NaN : waitSeconds / seconds;
  }
}
