package io.espalier.train;

import io.espalier.torch.DeviceTensor;

/** Counts hits on the host, in double precision and in the order of the images. */
final class AccuracyCounter {
  private static final int TOP = 5;

  private final Verdicts verdicts;
  private int images;
  private int first;
  private int amongTop;
  private double lossSum;

  AccuracyCounter(Verdicts verdicts) {
    this.verdicts = verdicts;
  }

  /**
   * Adds a batch.
   *
   * @param logits {@code [N, classes]}
   * @param labels one a row; rows of label -1 do not count
   */
  void add(DeviceTensor logits, long[] labels) {
    add(logits.toFloats(), (int) logits.size(1), labels);
  }

  /** As above, with the logits row by row. */
  void add(float[] values, int classes, long[] labels) {
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] >= 0) {
        addRow(values, row * classes, classes, Math.toIntExact(labels[row]));
      }
    }
  }

  private void addRow(float[] values, int from, int classes, int label) {
    if (label >= classes) {
      throw new TrainException(
          "label %d does not fit a network of %d classes".formatted(label, classes));
    }
    float own = values[from + label];
    int better = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < classes; i++) {
      float value = values[from + i];
      // On a tie the smaller index is first; NaN never beats, and never wins.
      better += value > own || (value == own && i < label) || own != own ? 1 : 0;
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (int i = 0; i < classes; i++) {
      sum += Math.exp(values[from + i] - largest);
    }
    verdicts.add(better == 0);
    images++;
    first += better == 0 ? 1 : 0;
    amongTop += better < TOP ? 1 : 0;
    lossSum += Math.log(sum) + largest - own;
  }

  int images() {
    return images;
  }

  int correct() {
    return first;
  }

  Accuracy accuracy() {
    double count = images;
    return new Accuracy(first / count, amongTop / count, lossSum / count, images);
  }
}
