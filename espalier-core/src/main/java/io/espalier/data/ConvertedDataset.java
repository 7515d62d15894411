package io.espalier.data;

/** Another data set's images in another size, converted whenever they are read. */
final class ConvertedDataset extends LabelledImages {
  private final Dataset source;
  private final Framing framing;
  private final Conversion conversion;
  private final int threads;

  ConvertedDataset(Dataset source, Geometry geometry, Framing framing, int threads) {
    super(labels(source), source.classNames(), geometry);
    this.source = source;
    this.framing = framing;
    this.conversion = new Conversion(Geometry.of(source), geometry, framing);
    this.threads = threads;
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    byte[] stored = new byte[source.imageBytes()];
    source.pixels(index, stored, 0);
    System.arraycopy(conversion.apply(stored), 0, into, offset, geometry().bytes());
  }

  @Override
  public int workers() {
    return threads;
  }

  @Override
  public String digest() {
    Digest digest = new Digest().add("converted").add(source.digest());
    return digest.add(geometry().toString()).add(framing).hex();
  }
}
