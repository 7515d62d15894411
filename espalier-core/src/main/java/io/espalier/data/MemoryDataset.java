package io.espalier.data;

import java.util.List;
import java.util.Objects;

/** All pixels in one array. */
final class MemoryDataset implements Dataset {
  private final byte[] pixels;
  private final int[] labels;
  private final Geometry geometry;
  private final List<String> classNames;
  private volatile String digest;

  /** {@code digest} is null where it has to be taken from the pixels. Takes over both arrays. */
  MemoryDataset(
      byte[] pixels, int[] labels, Geometry geometry, List<String> classNames, String digest) {
    this.pixels = Objects.requireNonNull(pixels);
    this.labels = labels;
    this.geometry = geometry;
    this.classNames = List.copyOf(classNames);
    this.digest = digest;
    if (pixels.length != (long) labels.length * geometry.bytes()) {
      throw new IllegalArgumentException(
          "%d images of %s need %d bytes, but got %d"
              .formatted(
                  labels.length, geometry, (long) labels.length * geometry.bytes(), pixels.length));
    }
    for (int label : labels) {
      if (label < -1 || label >= classNames.size()) {
        throw new IllegalArgumentException(
            "label %d with %d classes".formatted(label, classNames.size()));
      }
    }
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public int channels() {
    return geometry.channels();
  }

  @Override
  public int height() {
    return geometry.height();
  }

  @Override
  public int width() {
    return geometry.width();
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    Objects.checkIndex(index, labels.length);
    System.arraycopy(pixels, index * geometry.bytes(), into, offset, geometry.bytes());
  }

  @Override
  public String digest() {
    if (digest == null) {
      digest = new Digest().add("pixels").add(this).add(pixels).hex();
    }
    return digest;
  }
}
