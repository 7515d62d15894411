package io.espalier.data;

import io.espalier.progress.Progress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Another data set whose images are made when they are first read and kept in memory from then on,
 * as far as there is room.
 */
final class KeptDataset extends LabelledImages {
  private final Dataset source;
  private final String task;
  private final AtomicLong room;
  private final AtomicReferenceArray<byte[]> kept;
  private final AtomicInteger missing;
  private volatile String digest;

  /**
   * Keeps the images of {@code source}.
   *
   * @param task what making them is, for progress
   * @param room bytes that may still be taken; shared with other data sets
   */
  KeptDataset(Dataset source, String task, AtomicLong room) {
    super(labels(source), source.classNames(), Geometry.of(source));
    this.source = source;
    this.task = task;
    this.room = room;
    this.kept = new AtomicReferenceArray<>(source.size());
    this.missing = new AtomicInteger(source.size());
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    byte[] image = kept.get(index);
    if (image != null) {
      System.arraycopy(image, 0, into, offset, image.length);
      return;
    }
    source.pixels(index, into, offset);
    if (takeRoom()) {
      int end = offset + geometry().bytes();
      if (kept.compareAndSet(index, null, Arrays.copyOfRange(into, offset, end))) {
        missing.decrementAndGet();
      } else {
        room.addAndGet(geometry().bytes());
      }
    }
  }

  private boolean takeRoom() {
    int bytes = geometry().bytes();
    return room.getAndUpdate(left -> left < bytes ? left : left - bytes) >= bytes;
  }

  @Override
  public void prepare(Progress progress, BooleanSupplier stop, int... indices) {
    int[] absent = IntStream.of(indices).filter(index -> kept.get(index) == null).toArray();
    int fitting = (int) Math.min(absent.length, room.get() / geometry().bytes());
    if (fitting > 0) {
      int threads = source.workers();
      Parallel.run(task, fitting, threads, progress, stop, i -> read(absent[i]));
    }
    source.prepare(progress, stop, Arrays.copyOfRange(absent, fitting, absent.length));
  }

  private void read(int index) {
    pixels(index, new byte[geometry().bytes()], 0);
  }

  @Override
  public int workers() {
    return missing.get() == 0 ? 1 : source.workers();
  }

  @Override
  public String digest() {
    if (digest == null) {
      digest = source.digest();
    }
    return digest;
  }
}
