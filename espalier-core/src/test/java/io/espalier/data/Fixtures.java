package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.progress.Progress;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Makes small files. */
final class Fixtures {
  private Fixtures() {}

  static DataSplits open(String spec) {
    return open(spec, options());
  }

  static DataSplits open(String spec, DataOptions options) {
    return Datasets.open(DataSpec.parse(spec), options, Progress.none());
  }

  /** Opens and reads every image. */
  static DataSplits prepared(String spec, DataOptions options) {
    DataSplits splits = open(spec, options);
    splits.prepare(Progress.none(), () -> false);
    return splits;
  }

  static DataOptions options() {
    return DataOptions.defaults().withThreads(2);
  }

  static byte[] pixels(Dataset data, int index) {
    byte[] pixels = new byte[data.imageBytes()];
    data.pixels(index, pixels, 0);
    return pixels;
  }

  static byte[] random(long seed, int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** Images of random pixels; image i has label i modulo {@code classes}. */
  static Dataset dataset(int images, int classes, int channels, int size) {
    int[] labels = new int[images];
    for (int i = 0; i < images; i++) {
      labels[i] = i % classes;
    }
    byte[] pixels = random(7, images * channels * size * size);
    return Dataset.of(pixels, labels, ClassNames.numbered(classes), channels, size, size);
  }

  /** An image of one colour in a format of ImageIO. */
  static byte[] image(String format, int width, int height, int rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    return encode(format, image);
  }

  static byte[] encode(String format, BufferedImage image) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      assertTrue(ImageIO.write(image, format, out));
      return out.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] png(int rgb) {
    return image("png", 4, 4, rgb);
  }

  static Path write(Path folder, String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  static Path writeZipped(Path folder, String name, byte[] bytes) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      out.write(bytes);
    }
    return folder.resolve(name);
  }

  static Path zip(Path file, Map<String, byte[]> entries) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
    return file;
  }

  static byte[] idx(int magic, int[] sizes, byte[] content) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * sizes.length + content.length).putInt(magic);
    for (int size : sizes) {
      buffer.putInt(size);
    }
    return buffer.put(content).array();
  }

  /** Records of CIFAR-10 with these labels and random pixels. */
  static byte[] cifar10(long seed, int... labels) {
    ByteBuffer buffer = ByteBuffer.allocate(labels.length * 3073);
    byte[] pixels = random(seed, labels.length * 3072);
    for (int i = 0; i < labels.length; i++) {
      buffer.put((byte) labels[i]).put(pixels, i * 3072, 3072);
    }
    return buffer.array();
  }

  /** The message of the one-line error that reading all of this must give. */
  static String refusal(String spec) {
    return refusal(spec, options());
  }

  static String refusal(String spec, DataOptions options) {
    return refusal(() -> prepared(spec, options));
  }

  static String refusal(Runnable work) {
    String message = assertThrows(DataException.class, work::run).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  static void assertSays(String message, String... parts) {
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "'" + part + "' is missing: " + message);
    }
  }
}
