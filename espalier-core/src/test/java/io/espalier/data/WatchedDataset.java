package io.espalier.data;

import java.util.List;
import java.util.function.IntConsumer;

/**
 * Another data set, of which a test hears before the pixels of an image are read.
 *
 * @param whole the other data set
 * @param reading is given the image's index, and may throw
 */
public record WatchedDataset(Dataset whole, IntConsumer reading) implements Dataset {
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
