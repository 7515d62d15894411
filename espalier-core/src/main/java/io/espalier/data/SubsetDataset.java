package io.espalier.data;

import java.util.List;
import java.util.Objects;

/** Some images of another data set. */
final class SubsetDataset implements Dataset {
  private final Dataset whole;
  private final int[] indices;

  SubsetDataset(Dataset whole, int[] indices) {
    this.whole = whole;
    this.indices = indices.clone();
    for (int index : indices) {
      Objects.checkIndex(index, whole.size());
    }
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public List<String> classNames() {
    return whole.classNames();
  }

  @Override
  public int channels() {
    return whole.channels();
  }

  @Override
  public int height() {
    return whole.height();
  }

  @Override
  public int width() {
    return whole.width();
  }

  @Override
  public int label(int index) {
    return whole.label(indices[index]);
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    whole.pixels(indices[index], into, offset);
  }

  @Override
  public int workers() {
    return whole.workers();
  }

  @Override
  public String digest() {
    Digest digest = new Digest().add("subset").add(whole.digest()).add(indices.length);
    for (int index : indices) {
      digest.add(index);
    }
    return digest.hex();
  }
}
