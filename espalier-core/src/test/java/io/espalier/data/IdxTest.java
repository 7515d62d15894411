package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte";
  private static final byte[] PIXELS = Fixtures.random(1, 3 * 20);

  @TempDir Path dir;

  private void write(String images, String labels) throws IOException {
    Fixtures.write(dir, images, Fixtures.idx(0x803, new int[] {3, 4, 5}, PIXELS));
    Fixtures.write(dir, labels, Fixtures.idx(0x801, new int[] {3}, new byte[] {2, 0, 1}));
  }

  @Test
  void files_plain_areRead() throws IOException {
    write(IMAGES, LABELS);
    DataSplits splits = Fixtures.open("idx:" + dir);
    Dataset train = splits.train();
    assertEquals(new Geometry(1, 4, 5), Geometry.of(train));
    assertEquals(3, train.size());
    assertEquals(0, splits.test().size());
    assertEquals(2, train.label(0));
    assertEquals(List.of("0", "1", "2"), train.classNames());
    assertArrayEquals(Arrays.copyOfRange(PIXELS, 40, 60), Fixtures.pixels(train, 2));
  }

  @Test
  void files_gzipAndDots_equalThePlainOnes() throws IOException {
    write(IMAGES, LABELS);
    String digest = Fixtures.open("idx:" + dir).digest();
    for (String name : new String[] {IMAGES, LABELS}) {
      byte[] bytes = Files.readAllBytes(dir.resolve(name));
      Files.delete(dir.resolve(name));
      Fixtures.writeZipped(dir, name.replace("-idx", ".idx") + ".gz", bytes);
    }
    assertEquals(digest, Fixtures.open("idx:" + dir).digest());
  }

  @Test
  void classesFile_namesTheClasses() throws IOException {
    write(IMAGES, LABELS);
    Fixtures.write(
        dir, "classes.txt", "Bag\nAnkle boot\r\nShirt\n".getBytes(StandardCharsets.UTF_8));
    assertEquals(
        List.of("Bag", "Ankle boot", "Shirt"), Fixtures.open("idx:" + dir).train().classNames());
    Fixtures.write(dir, "classes.txt", "Bag\n".getBytes(StandardCharsets.UTF_8));
    Fixtures.assertSays(Fixtures.refusal("idx:" + dir), "classes.txt: names 1", "need 3");
  }

  @Test
  void testFiles_alone_areTheTestSplit() throws IOException {
    write("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
    DataSplits splits = Fixtures.open("idx:" + dir);
    assertEquals(3, splits.test().size());
    assertEquals(0, splits.train().size());
  }

  @Test
  void grey_asColours_isTripled() throws IOException {
    write(IMAGES, LABELS);
    DataOptions colours = Fixtures.options().withChannels(3);
    byte[] pixels = Fixtures.pixels(Fixtures.open("idx:" + dir, colours).train(), 0);
    assertEquals(60, pixels.length);
    assertArrayEquals(Arrays.copyOf(PIXELS, 20), Arrays.copyOfRange(pixels, 40, 60));
  }

  @Test
  void badImages_areRefused() throws IOException {
    write(IMAGES, LABELS);
    refused(IMAGES, Fixtures.idx(0x801, new int[] {3, 4, 5}, PIXELS), "not an IDX file");
    refused(IMAGES, new byte[] {0, 0, 8, 3, 0}, "not an IDX file");
    refused(IMAGES, new byte[0], "not an IDX file");
    byte[] good = Fixtures.idx(0x803, new int[] {3, 4, 5}, PIXELS);
    refused(IMAGES, Arrays.copyOf(good, 50), "declares 60 bytes", "has 34");
    refused(IMAGES, Arrays.copyOf(good, 77), "declares 60 bytes", "has more");
    refused(IMAGES, Fixtures.idx(0x803, new int[] {3, 0, 5}, PIXELS), "sizes [3, 0, 5]");
    refused(IMAGES, Fixtures.idx(0x803, new int[] {-1, 4, 5}, PIXELS), "sizes [-1, 4, 5]");
    refused(IMAGES, Fixtures.idx(0x803, new int[] {1 << 30, 1 << 30, 1 << 30}, PIXELS), "sizes [");
    refused(IMAGES, Fixtures.idx(0x803, new int[] {1 << 30, 2, 1}, PIXELS), "sizes [");
    refused(IMAGES, Fixtures.idx(0x803, new int[] {2, 5, 6}, PIXELS), "2 images", "3 labels");
  }

  private void refused(String name, byte[] content, String... parts) throws IOException {
    String message = Fixtures.refusal("idx:" + Fixtures.write(dir, name, content).getParent());
    Fixtures.assertSays(message, name);
    Fixtures.assertSays(message, parts);
  }

  @Test
  void moreThanTheMemoryLimit_isRefused() throws IOException {
    write(IMAGES, LABELS);
    DataOptions little = Fixtures.options().withMemoryLimit(59);
    Fixtures.assertSays(Fixtures.refusal("idx:" + dir, little), IMAGES, "memory limit");
  }

  @Test
  void badFolder_isRefused() throws IOException {
    Fixtures.assertSays(Fixtures.refusal("idx:" + dir), "no IDX files");
    write(IMAGES, LABELS);
    Files.copy(dir.resolve(IMAGES), dir.resolve("letters-" + IMAGES));
    Fixtures.assertSays(Fixtures.refusal("idx:" + dir), "letters-", "keep one data set");
    Files.delete(dir.resolve("letters-" + IMAGES));
    Files.delete(dir.resolve(LABELS));
    Fixtures.assertSays(Fixtures.refusal("idx:" + dir), "no file of labels");
    Fixtures.assertSays(Fixtures.refusal("idx:" + dir.resolve(IMAGES)), "cannot be read");
  }

  @Test
  void cutGzip_isRefused() throws IOException {
    write(IMAGES, LABELS);
    Path packed =
        Fixtures.writeZipped(dir, IMAGES + ".gz", Files.readAllBytes(dir.resolve(IMAGES)));
    Files.delete(dir.resolve(IMAGES));
    Files.write(packed, Arrays.copyOf(Files.readAllBytes(packed), 60));
    Fixtures.assertSays(Fixtures.refusal("idx:" + dir), IMAGES + ".gz", "cannot be read");
  }
}
