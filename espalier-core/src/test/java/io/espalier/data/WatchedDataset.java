package io.espalier.data;

import java.util.List;
import java.util.function.IntConsumer;

/**
 * Another data set, of which a test hears before an image is looked at.
 *
 * @param whole the other data set
 * @param labelling is given the image's index before its label is read, and may throw
 * @param reading the same before its pixels are read
 */
public record WatchedDataset(Dataset whole, IntConsumer labelling, IntConsumer reading)
    implements Dataset {
  /** Hears of pixels alone. */
  public WatchedDataset(Dataset whole, IntConsumer reading) {
    this(whole, index -> {}, reading);
  }

  @Override
  public int size() {
    return whole.size();
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
    labelling.accept(index);
    return whole.label(index);
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    reading.accept(index);
    whole.pixels(index, into, offset);
  }

  @Override
  public String digest() {
    return whole.digest();
  }
}
