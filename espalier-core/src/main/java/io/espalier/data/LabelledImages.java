package io.espalier.data;

import java.util.List;

/** Images of one size whose labels are in memory, wherever their pixels are. */
abstract class LabelledImages implements Dataset {
  private final int[] labels;
  private final List<String> classNames;
  private final Geometry geometry;

  /** Takes over {@code labels}. */
  LabelledImages(int[] labels, List<String> classNames, Geometry geometry) {
    this.labels = labels;
    this.classNames = List.copyOf(classNames);
    this.geometry = geometry;
    for (int label : labels) {
      if (label < -1 || label >= classNames.size()) {
        throw new IllegalArgumentException(
            "label %d with %d classes".formatted(label, classNames.size()));
      }
    }
  }

  /** The labels of {@code data}. */
  static int[] labels(Dataset data) {
    int[] labels = new int[data.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = data.label(i);
    }
    return labels;
  }

  final Geometry geometry() {
    return geometry;
  }

  @Override
  public final int size() {
    return labels.length;
  }

  @Override
  public final List<String> classNames() {
    return classNames;
  }

  @Override
  public final int channels() {
    return geometry.channels();
  }

  @Override
  public final int height() {
    return geometry.height();
  }

  @Override
  public final int width() {
    return geometry.width();
  }

  @Override
  public final int label(int index) {
    return labels[index];
  }
}
