package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.progress.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
  @TempDir Path dir;

  private static byte[] image(byte[] file, int recordBytes, int record) {
    int end = (record + 1) * recordBytes;
    return Arrays.copyOfRange(file, end - 3072, end);
  }

  private void batches() throws IOException {
    Fixtures.write(dir, "c/data_batch_1.bin", Fixtures.cifar10(1, 3, 9));
    Fixtures.write(dir, "c/data_batch_2.bin", Fixtures.cifar10(2, 0));
    Fixtures.write(dir, "c/test_batch.bin", Fixtures.cifar10(3, 5, 5));
    Fixtures.write(dir, "c/batches.meta.txt", new byte[10]);
  }

  @Test
  void folder_batches_areJoinedInOrder() throws IOException {
    batches();
    DataSplits splits = Fixtures.open("cifar10:" + dir.resolve("c"));
    assertEquals(3, splits.train().size());
    assertEquals(2, splits.test().size());
    assertEquals(0, splits.validation().size());
    assertArrayEquals(
        new int[] {3, 9, 0},
        new int[] {splits.train().label(0), splits.train().label(1), splits.train().label(2)});
    assertEquals("cat", splits.classNames().get(3));
    byte[] second = Files.readAllBytes(dir.resolve("c/data_batch_1.bin"));
    assertArrayEquals(image(second, 3073, 1), Fixtures.pixels(splits.train(), 1));
  }

  @Test
  void folderAbove_batches_areFound() throws IOException {
    batches();
    assertEquals(
        Fixtures.open("cifar10:" + dir.resolve("c")).digest(),
        Fixtures.open("cifar10:" + dir).digest());
  }

  @Test
  void archive_batches_equalTheFolder() throws IOException {
    batches();
    Path archive = dir.resolve("cifar-10-binary.tar.gz");
    try (OutputStream file = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(file))) {
      for (String name : new String[] {"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"}) {
        byte[] bytes = Files.readAllBytes(dir.resolve("c").resolve(name));
        TarArchiveEntry entry = new TarArchiveEntry("cifar-10-batches-bin/" + name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
      }
    }
    assertEquals(
        Fixtures.open("cifar10:" + dir.resolve("c")).digest(),
        Fixtures.open("cifar10:" + archive).digest());
    byte[] half = Arrays.copyOf(Files.readAllBytes(archive), (int) Files.size(archive) / 2);
    Path cut = Fixtures.write(dir, "cut.tar.gz", half);
    Fixtures.assertSays(Fixtures.refusal("cifar10:" + cut), "cut.tar.gz", "cannot be read");
  }

  @Test
  void singleFile_name_tellsTheSplit() throws IOException {
    Path test = Fixtures.write(dir, "some.bin", Fixtures.cifar10(1, 1));
    Path train = Fixtures.write(dir, "data_batch_4.bin", Fixtures.cifar10(1, 1));
    assertEquals(1, Fixtures.open("cifar10:" + test).test().size());
    assertEquals(0, Fixtures.open("cifar10:" + test).train().size());
    assertEquals(1, Fixtures.open("cifar10:" + train).train().size());
  }

  @Test
  void cifar100_fineLabel_isTheLabel() throws IOException {
    byte[] file = Fixtures.random(4, 2 * 3074);
    file[1] = 99;
    file[3074] = 19;
    file[3075] = 7;
    DataSplits splits = Fixtures.open("cifar100:" + Fixtures.write(dir, "train.bin", file));
    assertEquals(99, splits.train().label(0));
    assertEquals(7, splits.train().label(1));
    assertEquals(100, splits.classNames().size());
    assertArrayEquals(image(file, 3074, 1), Fixtures.pixels(splits.train(), 1));
  }

  @Test
  void options_sizeAndChannels_convertInMemoryOrOnTheFly() throws IOException {
    batches();
    DataOptions small = Fixtures.options().withSize(8, 8).withChannels(1);
    DataOptions large = Fixtures.options().withSize(64, 64).withMemoryLimit(16_000);
    Dataset grey = Fixtures.open("cifar10:" + dir.resolve("c"), small).train();
    assertEquals(64, grey.imageBytes());
    Dataset onTheFly = Fixtures.open("cifar10:" + dir.resolve("c"), large).train();
    Dataset inMemory =
        Fixtures.open("cifar10:" + dir.resolve("c"), large.withMemoryLimit(1 << 20)).train();
    assertEquals(2, onTheFly.workers());
    inMemory.prepare(Progress.none(), () -> false, IntStream.range(0, inMemory.size()).toArray());
    assertEquals(1, inMemory.workers());
    assertArrayEquals(Fixtures.pixels(inMemory, 2), Fixtures.pixels(onTheFly, 2));
    assertEquals(inMemory.digest(), onTheFly.digest());
  }

  @Test
  void badFiles_areRefused() throws IOException {
    byte[] good = Fixtures.cifar10(1, 1, 2);
    refused("short.bin", Arrays.copyOf(good, good.length - 1), "whole number", "3073", "6145");
    refused("empty.bin", new byte[0], "0 bytes");
    refused("label.bin", Fixtures.cifar10(1, 1, 10), "record 1", "label 10", "10 classes");
    Files.createDirectories(dir.resolve("nothing"));
    Fixtures.assertSays(
        Fixtures.refusal("cifar10:" + dir.resolve("nothing")), "no binary CIFAR files");
    Path file = Fixtures.write(dir, "good.bin", good);
    Fixtures.assertSays(
        Fixtures.refusal("cifar10:" + file, Fixtures.options().withMemoryLimit(100)),
        "good.bin",
        "memory limit");
    Path random = Fixtures.write(dir, "random.tar", Fixtures.random(2, 2048));
    Fixtures.assertSays(Fixtures.refusal("cifar10:" + random), "random.tar");
  }

  private void refused(String name, byte[] content, String... parts) throws IOException {
    String message = Fixtures.refusal("cifar10:" + Fixtures.write(dir, name, content));
    Fixtures.assertSays(message, name);
    Fixtures.assertSays(message, parts);
  }
}
