package io.espalier.data;

import java.util.List;
import java.util.Objects;

/** All pixels in one array. */
final class MemoryDataset extends LabelledImages {
  private final byte[] pixels;
  private volatile String digest;

  /** {@code digest} is null where it has to be taken from the pixels. Takes over both arrays. */
  MemoryDataset(
      byte[] pixels, int[] labels, Geometry geometry, List<String> classNames, String digest) {
    super(labels, classNames, geometry);
    this.pixels = Objects.requireNonNull(pixels);
    this.digest = digest;
    if (pixels.length != (long) labels.length * geometry.bytes()) {
      throw new IllegalArgumentException(
          "%d images of %s need %d bytes, but got %d"
              .formatted(
                  labels.length, geometry, (long) labels.length * geometry.bytes(), pixels.length));
    }
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    Objects.checkIndex(index, size());
    System.arraycopy(pixels, index * geometry().bytes(), into, offset, geometry().bytes());
  }

  @Override
  public String digest() {
    if (digest == null) {
      digest = new Digest().add("pixels").add(this).add(pixels).hex();
    }
    return digest;
  }
}
