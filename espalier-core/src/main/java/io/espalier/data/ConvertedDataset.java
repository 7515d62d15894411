package io.espalier.data;

import java.util.List;

/** Another data set's images in another size, converted whenever they are read. */
final class ConvertedDataset implements Dataset {
  private final Dataset source;
  private final Geometry geometry;
  private final Conversion conversion;
  private final int threads;

  ConvertedDataset(Dataset source, Geometry geometry, int threads) {
    this.source = source;
    this.geometry = geometry;
    this.conversion = new Conversion(Geometry.of(source), geometry);
    this.threads = threads;
  }

  @Override
  public int size() {
    return source.size();
  }

  @Override
  public List<String> classNames() {
    return source.classNames();
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
    return source.label(index);
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    byte[] stored = new byte[source.imageBytes()];
    source.pixels(index, stored, 0);
    System.arraycopy(conversion.apply(stored), 0, into, offset, geometry.bytes());
  }

  @Override
  public int workers() {
    return threads;
  }

  @Override
  public String digest() {
    return new Digest().add("converted").add(source.digest()).add(geometry.toString()).hex();
  }
}
