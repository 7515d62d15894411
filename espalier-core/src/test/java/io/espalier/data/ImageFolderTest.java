package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path dir;

  private String images() {
    return "images:" + dir;
  }

  private void write(String... names) throws IOException {
    for (int i = 0; i < names.length; i++) {
      Fixtures.write(dir, names[i], Fixtures.png(i + 1));
    }
  }

  /** What {@link #write} put where an image has come to stand. */
  private static int id(Dataset data, int index) {
    return Fixtures.pixels(data, index)[2 * 16];
  }

  @Test
  void splits_classFolders_giveSortedLabels() throws IOException {
    write(
        "train/dog/b.png", "train/dog/a.png", "train/cat/z.png", "val/dog/1.png", "test/cat/q.PNG");
    Fixtures.write(dir, "train/dog/notes.txt", new byte[3]);
    Fixtures.write(dir, "train/dog/.hidden.png", new byte[3]);
    Fixtures.write(dir, "readme.md", new byte[3]);
    DataSplits splits = Fixtures.open(images());
    assertEquals(List.of("cat", "dog"), splits.classNames());
    Dataset train = splits.train();
    assertEquals(3, train.size());
    assertArrayEquals(new int[] {3, 2, 1}, new int[] {id(train, 0), id(train, 1), id(train, 2)});
    assertArrayEquals(
        new int[] {0, 1, 1}, new int[] {train.label(0), train.label(1), train.label(2)});
    assertEquals(1, splits.validation().label(0));
    assertEquals(5, id(splits.test(), 0));
  }

  @Test
  void numericClasses_areSortedByValue() throws IOException {
    write("10/a.png", "9/a.png", "2/deep/er/a.png");
    Dataset train = Fixtures.open(images()).train();
    assertEquals(List.of("2", "9", "10"), train.classNames());
    assertEquals(3, id(train, 0));
    assertEquals(1, id(train, 2));
  }

  @Test
  void flatFolder_hasNoLabels() throws IOException {
    write("a.png", "b.png");
    Dataset train = Fixtures.open(images()).train();
    assertEquals(-1, train.label(0));
    assertEquals(List.of(), train.classNames());
    assertEquals(2, train.size());
  }

  @Test
  void flatSplits_haveNoLabels() throws IOException {
    write("train/a.png", "test/b.png");
    DataSplits splits = Fixtures.open(images());
    assertEquals(-1, splits.train().label(0));
    assertEquals(2, id(splits.test(), 0));
  }

  @Test
  void outerFolder_isSkipped() throws IOException {
    write("set-1.0/images/train/cat/a.png", "set-1.0/images/test/cat/b.png");
    DataSplits splits = Fixtures.open(images());
    assertEquals(List.of("cat"), splits.classNames());
    assertEquals(1, splits.test().size());
  }

  @Test
  void zip_deflated_equalsTheFolder() throws IOException {
    write("train/a/1.png", "train/b/2.png", "test/a/3.png");
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (String name : new String[] {"test/a/3.png", "train/b/2.png", "train/a/1.png"}) {
      entries.put(name, Files.readAllBytes(dir.resolve(name)));
    }
    entries.put("train/a/note.txt", new byte[5]);
    entries.put("__MACOSX/train/a/1.png", new byte[5]);
    DataSplits folder = Fixtures.open(images());
    DataSplits zip = Fixtures.open("images:" + Fixtures.zip(dir.resolve("images.zip"), entries));
    assertEquals(folder.classNames(), zip.classNames());
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(Fixtures.pixels(folder.train(), i), Fixtures.pixels(zip.train(), i));
      assertEquals(folder.train().label(i), zip.train().label(i));
    }
  }

  @Test
  void zip_colonInAName_isNoDrive() throws IOException {
    Map<String, byte[]> entries = Map.of("a/10:30.png", Fixtures.png(1));
    Path zip = Fixtures.zip(dir.resolve("images.zip"), entries);
    assertEquals(1, Fixtures.open("images:" + zip).train().size());
  }

  @Test
  void smallMemoryLimit_decodesOnTheFlyToTheSame() throws IOException {
    write("a/1.png", "a/2.png", "b/3.png", "b/4.png");
    Dataset inMemory = Fixtures.prepared(images(), Fixtures.options()).train();
    Dataset onTheFly = Fixtures.open(images(), Fixtures.options().withMemoryLimit(10)).train();
    assertEquals(1, inMemory.workers());
    assertEquals(2, onTheFly.workers());
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(Fixtures.pixels(inMemory, i), Fixtures.pixels(onTheFly, i));
    }
    assertEquals(inMemory.digest(), onTheFly.digest());
    Files.move(dir.resolve("a/1.png"), dir.resolve("a/0.png"));
    assertEquals(false, inMemory.digest().equals(Fixtures.open(images()).train().digest()));
  }

  @Test
  void differentSizes_needResize() throws IOException {
    write("a/1.png", "a/2.png");
    for (String name : new String[] {"b/3.png", "b/4.png"}) {
      Fixtures.write(dir, name, Fixtures.image("png", 5, 6, 0));
    }
    for (long limit : new long[] {10, 1 << 20}) {
      DataOptions options = Fixtures.options().withMemoryLimit(limit);
      Fixtures.assertSays(
          Fixtures.refusal(images(), options), "b/3.png is 6x5", "a/1.png is 4x4", "--resize");
      Dataset resized = Fixtures.open(images(), options.withSize(7, 8)).train();
      assertEquals(new Geometry(3, 7, 8), Geometry.of(resized));
      assertEquals(2, Fixtures.pixels(resized, 1)[2 * 56]);
    }
  }

  @Test
  void badFolders_areRefused() throws IOException {
    Fixtures.assertSays(Fixtures.refusal(images()), "no JPEG, PNG, BMP or GIF files");
    write("train/cat/a.png", "train/dog/b.png", "test/cat/a.png");
    Files.createDirectories(dir.resolve("test/dog"));
    Fixtures.assertSays(Fixtures.refusal(images()), "class folder test/dog has no");
    write("test/dog/a.png", "test/eel/a.png");
    Fixtures.assertSays(
        Fixtures.refusal(images()), "'eel'", "test split", "missing from the train");
    write("train/eel/a.png", "train/loose.png");
    Fixtures.assertSays(Fixtures.refusal(images()), "train/loose.png lies beside the class");
    Files.delete(dir.resolve("train/loose.png"));
    Files.createSymbolicLink(dir.resolve("train/eel/link.png"), dir.resolve("nothing.png"));
    Fixtures.assertSays(Fixtures.refusal(images()), "link.png: neither a file nor a link");
    Files.delete(dir.resolve("train/eel/link.png"));
    Files.createSymbolicLink(dir.resolve("train/eel/circle"), dir.resolve("train"));
    Fixtures.assertSays(Fixtures.refusal(images()), "a link leads in a circle");
    Files.delete(dir.resolve("train/eel/circle"));
    write("other/cat/a.png");
    Fixtures.assertSays(Fixtures.refusal(images()), "other/cat/a.png lies beside the split");
  }
}
