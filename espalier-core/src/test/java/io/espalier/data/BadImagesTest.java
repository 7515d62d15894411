package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadImagesTest {
  @TempDir Path dir;

  private String refusal(String name, byte[] content) throws IOException {
    Fixtures.write(dir, "a/good.png", Fixtures.png(1));
    Fixtures.write(dir, name, content);
    String message = Fixtures.refusal("images:" + dir);
    Fixtures.assertSays(message, name);
    return message;
  }

  @Test
  void notAnImage_isNamed() throws IOException {
    byte[] text = "<html>not found</html>".getBytes(StandardCharsets.UTF_8);
    Fixtures.assertSays(refusal("b/bad.jpg", text), "not a JPEG, PNG, BMP or GIF");
    refusal("b/bad.jpg", new byte[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "bmp", "gif"})
  void cutOff_anyFormat_isNamed(String format) throws IOException {
    byte[] whole = ImageDecoderTest.noise(format, 32, 32);
    for (int part = 1; part < 8; part++) {
      refusal("b/cut." + format, Arrays.copyOf(whole, whole.length * part / 8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "bmp", "gif"})
  void damaged_anyFormat_decodesOrIsNamed(String format) {
    byte[] whole = ImageDecoderTest.noise(format, 16, 16);
    SplittableRandom random = new SplittableRandom(format.hashCode());
    ImageDecoder decoder = new ImageDecoder();
    for (int trial = 0; trial < 300; trial++) {
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        ImageDecoder.Decoded image = decoder.decode("x", damaged);
        assertEquals(image.geometry().bytes(), image.pixels().length);
      } catch (DataException e) {
        Fixtures.assertSays(Fixtures.refusal(() -> decoder.decode("x", damaged)), "x: ");
      }
    }
    assertEquals(16, decoder.decode("x", whole).geometry().width());
  }

  @Test
  void hugeDeclaredSize_isRefusedBeforeDecoding() throws IOException {
    byte[] png = Fixtures.png(1);
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);
    Fixtures.assertSays(refusal("b/huge.png", png), "60000 x 60000", "33554432");
    byte[] bmp = Fixtures.image("bmp", 4, 4, 0);
    ByteBuffer header = ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(2, Integer.MAX_VALUE).putInt(18, 30_000).putInt(22, 20_000);
    Fixtures.assertSays(refusal("b/huge.png", bmp), "30000 x 20000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a.png", "a/../../b.png", "/etc/a.png", "..\\a.png", "C:/a.png"})
  void zipEntry_thatLeaves_isRefused(String name) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/good.png", Fixtures.png(1));
    entries.put(name, Fixtures.png(2));
    Path zip = Fixtures.zip(dir.resolve("images.zip"), entries);
    Fixtures.assertSays(Fixtures.refusal("images:" + zip), "leaves the archive");
  }

  @Test
  void zipBomb_isRefusedByItsDeclaredSize() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a.png", new byte[DataOptions.MAX_FILE_BYTES + 1]);
    Path zip = Fixtures.zip(dir.resolve("bomb.zip"), entries);
    Fixtures.assertSays(Fixtures.refusal("images:" + zip), "a.png", "134217728");
  }

  @Test
  void zip_withLyingSize_isRefused() throws IOException {
    Path zip = Fixtures.zip(dir.resolve("images.zip"), Map.of("a.png", Fixtures.png(1)));
    byte[] bytes = Files.readAllBytes(zip);
    int central = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(central + 24, header.getInt(central + 24) - 1);
    Files.write(zip, bytes);
    Fixtures.assertSays(Fixtures.refusal("images:" + zip), "a.png", "checksum");
  }

  private static int indexOf(byte[] bytes, byte[] what) {
    for (int i = 0; i + what.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
    throw new AssertionError("not in it");
  }

  @Test
  void zip_cutOrRandom_isRefused() throws IOException {
    Path zip = Fixtures.zip(dir.resolve("images.zip"), Map.of("a.png", Fixtures.png(1)));
    byte[] whole = Files.readAllBytes(zip);
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(zip, Arrays.copyOf(whole, length));
      Fixtures.assertSays(Fixtures.refusal("images:" + zip), "images.zip");
    }
    Files.write(zip, Fixtures.random(5, 500));
    Fixtures.assertSays(Fixtures.refusal("images:" + zip), "images.zip");
  }

  @Test
  void zip_mutated_opensOrIsRefusedInOneLine() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("train/a/1.png", Fixtures.png(1));
    entries.put("train/b/2.png", Fixtures.png(2));
    Path zip = Fixtures.zip(dir.resolve("images.zip"), entries);
    byte[] whole = Files.readAllBytes(zip);
    SplittableRandom random = new SplittableRandom(9);
    for (int trial = 0; trial < 300; trial++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      Files.write(zip, damaged);
      try {
        Fixtures.prepared("images:" + zip, Fixtures.options());
      } catch (DataException e) {
        Fixtures.refusal("images:" + zip);
      }
    }
  }
}
