package io.espalier.data;

import io.espalier.progress.Progress;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/** Image files that are decoded whenever they are read. */
final class FileDataset extends LabelledImages {
  private final List<ImageFile> files;
  private final Framing framing;
  private final Expected expected;
  private final int threads;
  private final ConcurrentLinkedQueue<ImageDecoder> decoders = new ConcurrentLinkedQueue<>();

  /** Whose size was looked at; a run prepares the same images once for each of its stages. */
  private final boolean[] checked;

  /** The size that every file must have, and the file that says so; null where they are resized. */
  record Expected(String name, int height, int width) {}

  FileDataset(
      List<ImageFile> files,
      int[] labels,
      List<String> classNames,
      Geometry geometry,
      Framing framing,
      Expected expected,
      int threads) {
    super(labels, classNames, geometry);
    this.files = List.copyOf(files);
    this.framing = framing;
    this.expected = expected;
    this.threads = threads;
    this.checked = new boolean[files.size()];
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    ImageFile file = files.get(index);
    byte[] bytes = read(file);
    ImageDecoder decoder = borrow();
    ImageDecoder.Decoded image = decoder.decode(file.name(), bytes);
    decoders.add(decoder);
    requireExpected(file, image.geometry());
    byte[] converted = conversion(file, image.geometry()).apply(image.pixels());
    System.arraycopy(converted, 0, into, offset, geometry().bytes());
  }

  private Conversion conversion(ImageFile file, Geometry stored) {
    try {
      return new Conversion(stored, geometry(), framing);
    } catch (DataException tooLong) {
      throw new DataException("%s: %s".formatted(file.name(), tooLong.getMessage()), tooLong);
    }
  }

  /** Finds images of another size now and not in the middle of an epoch. */
  @Override
  public void prepare(Progress progress, BooleanSupplier stop, int... indices) {
    int[] fresh = Arrays.stream(indices).filter(index -> !checked[index]).toArray();
    if (expected != null && fresh.length > 0) {
      String task = "checking image sizes";
      Parallel.run(task, fresh.length, threads, progress, stop, i -> check(fresh[i]));
    }
  }

  /** Reads the header of a file only. */
  private void check(int index) {
    ImageFile file = files.get(index);
    byte[] bytes = read(file);
    ImageDecoder decoder = borrow();
    Geometry size = decoder.size(file.name(), bytes);
    decoders.add(decoder);
    requireExpected(file, size);
    checked[index] = true;
  }

  private void requireExpected(ImageFile file, Geometry got) {
    if (expected != null && (got.height() != expected.height || got.width() != expected.width)) {
      throw new DataException(
          "%s is %dx%d pixels (height x width), but %s is %dx%d: images of different sizes need --resize"
              .formatted(
                  file.name(),
                  got.height(),
                  got.width(),
                  expected.name,
                  expected.height,
                  expected.width));
    }
  }

  static byte[] read(ImageFile file) {
    try {
      return file.read();
    } catch (IOException e) {
      throw Inputs.unreadable(file.name(), e);
    }
  }

  private ImageDecoder borrow() {
    ImageDecoder decoder = decoders.poll();
    return decoder == null ? new ImageDecoder() : decoder;
  }

  @Override
  public int workers() {
    return threads;
  }

  @Override
  public String digest() {
    Digest digest = new Digest().add("files").add(this);
    for (ImageFile file : files) {
      digest.add(file.name()).add(file.size()).add(file.checksum());
    }
    return digest.add(framing).hex();
  }
}
