package io.espalier.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Fills the batches of one epoch. Safe for several threads, each with its own batch. */
final class BatchFiller {
  private final Dataset data;
  private final Geometry geometry;
  private final float[][] tables;
  private final Augmentation augmentation;
  private final int batchSize;
  private final int[] order;
  private final long seed;
  private final int epoch;

  /** {@code order} is null for the order of the data set. */
  BatchFiller(
      Dataset data,
      Normalization normalization,
      Augmentation augmentation,
      int batchSize,
      int[] order,
      long seed,
      int epoch) {
    this.data = data;
    this.geometry = Geometry.of(data);
    this.tables = normalization.tables(geometry.channels());
    this.augmentation = augmentation;
    this.batchSize = batchSize;
    this.order = order;
    this.seed = seed;
    this.epoch = epoch;
  }

  /** Number of images in the batch of a step. */
  int count(int step) {
    return (int) Math.min(batchSize, data.size() - (long) step * batchSize);
  }

  Batch allocate(int count) {
    long[] shape = {count, geometry.channels(), geometry.height(), geometry.width()};
    return new Batch(new float[count * geometry.bytes()], new long[count], count, shape);
  }

  /**
   * Fills {@code batch} with the images of a step.
   *
   * @throws InterruptedException where the thread was interrupted meanwhile
   */
  void fill(Batch batch, int step) throws InterruptedException {
    byte[] pixels = new byte[geometry.bytes()];
    for (int i = 0; i < batch.count(); i++) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      int position = step * batchSize + i;
      int index = order == null ? position : order[position];
      batch.labels()[i] = data.label(index);
      data.pixels(index, pixels, 0);
      place(pixels, position, batch.images(), i * geometry.bytes());
    }
  }

  private void place(byte[] pixels, int position, float[] images, int offset) {
    int dy = 0;
    int dx = 0;
    boolean mirrored = false;
    if (!augmentation.equals(Augmentation.NONE)) {
      SplittableRandom random = Shuffle.at(seed, epoch, position);
      int places = 2 * augmentation.cropPadding() + 1;
      dy = random.nextInt(places) - augmentation.cropPadding();
      dx = random.nextInt(places) - augmentation.cropPadding();
      mirrored = random.nextBoolean() && augmentation.flip();
    }
    int plane = geometry.height() * geometry.width();
    for (int c = 0; c < geometry.channels(); c++) {
      for (int y = 0; y < geometry.height(); y++) {
        int to = offset + c * plane + y * geometry.width();
        if (y + dy < 0 || y + dy >= geometry.height()) {
          Arrays.fill(images, to, to + geometry.width(), tables[c][0]);
        } else {
          int from = c * plane + (y + dy) * geometry.width();
          row(pixels, from, dx, mirrored, tables[c], images, to);
        }
      }
    }
  }

  /** One row, shifted left by {@code dx} with black coming in, then mirrored. */
  private void row(
      byte[] pixels, int from, int dx, boolean mirrored, float[] table, float[] images, int to) {
    int width = geometry.width();
    int first = Math.clamp(-dx, 0, width);
    int end = Math.clamp(width - dx, first, width);
    int at = mirrored ? to + width - 1 : to;
    int step = mirrored ? -1 : 1;
    for (int x = 0; x < first; x++, at += step) {
      images[at] = table[0];
    }
    for (int x = first; x < end; x++, at += step) {
      images[at] = table[pixels[from + x + dx] & 0xff];
    }
    for (int x = end; x < width; x++, at += step) {
      images[at] = table[0];
    }
  }
}
