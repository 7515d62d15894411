package io.espalier.data;

import java.util.List;

/** A data set in which one image cannot be read. */
record FailingDataset(Dataset source, int bad) implements Dataset {
  static final DataException PROBLEM = new DataException("bad.png: not an image");

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
    return source.channels();
  }

  @Override
  public int height() {
    return source.height();
  }

  @Override
  public int width() {
    return source.width();
  }

  @Override
  public int label(int index) {
    return source.label(index);
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    if (index == bad) {
      throw PROBLEM;
    }
    source.pixels(index, into, offset);
  }

  @Override
  public String digest() {
    return source.digest();
  }
}
