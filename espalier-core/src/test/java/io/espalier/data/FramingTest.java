package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FramingTest {
  private static byte[] image(Geometry size) {
    byte[] pixels = new byte[size.bytes()];
    new SplittableRandom(3).nextBytes(pixels);
    return pixels;
  }

  /**
   * The sizes are those of torchvision: {@code int(side * long / short)}, and {@code round((long -
   * crop) / 2)}, which rounds halves to the even number.
   */
  @ParameterizedTest
  @CsvSource({
    // 32 * 40 / 30 = 42.67; (32 - 28) / 2; (42 - 28) / 2
    "30, 40, 32, 28, 28, 32, 42, 2, 7",
    // Upright: the columns are the shortest side. 16 * 50 / 20; (40 - 16) / 2
    "50, 20, 16, 16, 16, 40, 16, 12, 0",
    // 19 * 31 / 29 = 20.3; (19 - 16) / 2 = 1.5 to 2; (20 - 15) / 2 = 2.5 to 2
    "29, 31, 19, 16, 15, 19, 20, 2, 2",
    // Enlarged, with a crop that is no square: (20 - 12) / 2; (26 - 20) / 2
    "10, 13, 20, 12, 20, 20, 26, 4, 3",
    // Nothing to resize: (9 - 4) / 2 = 2.5 to 2; (12 - 5) / 2 = 3.5 to 4
    "9, 12, 9, 4, 5, 9, 12, 2, 4",
  })
  void crop_isTheCentreOfTheImageResizedInProportion(
      int height,
      int width,
      int side,
      int cropHeight,
      int cropWidth,
      int h,
      int w,
      int top,
      int left) {
    for (int channels : new int[] {1, 3}) {
      Geometry stored = new Geometry(channels, height, width);
      byte[] image = image(stored);
      Geometry whole = new Geometry(channels, h, w);
      byte[] resized = new Conversion(stored, whole, new Framing.Stretched(h, w)).apply(image);
      Geometry crop = new Geometry(channels, cropHeight, cropWidth);
      Framing framing = new Framing.Cropped(side, cropHeight, cropWidth);
      byte[] cropped = new Conversion(stored, crop, framing).apply(image);
      assertArrayEquals(cut(resized, whole, crop, top, left), cropped);
    }
  }

  private static byte[] cut(byte[] image, Geometry whole, Geometry crop, int top, int left) {
    byte[] part = new byte[crop.bytes()];
    int to = 0;
    for (int c = 0; c < crop.channels(); c++) {
      for (int y = 0; y < crop.height(); y++) {
        for (int x = 0; x < crop.width(); x++) {
          part[to++] = image[(c * whole.height() + top + y) * whole.width() + left + x];
        }
      }
    }
    return part;
  }

  @Test
  void metadata_readsAsItWasWritten() {
    Framing crop = new Framing.Cropped(256, 224, 192);
    assertEquals(Map.of("espalier.resize", "256", "espalier.crop", "224x192"), crop.toMetadata());
    assertEquals(Optional.of(crop), Framing.fromMetadata(crop.toMetadata()));
    assertEquals(Map.of(), new Framing.Stretched(8, 8).toMetadata());
    assertEquals(Optional.empty(), Framing.fromMetadata(Map.of("espalier.resize", "3")));
    for (String wrong : List.of("224", "axb", "1x2x3", "300x300", "0x4")) {
      Map<String, String> entries = Map.of("espalier.resize", "256", "espalier.crop", wrong);
      assertThrows(DataException.class, () -> Framing.fromMetadata(entries), wrong);
    }
  }

  @Test
  void cropLargerThanTheShortestSide_isRefused() {
    DataException refusal =
        assertThrows(DataException.class, () -> new Framing.Cropped(200, 224, 224));
    assertTrue(refusal.getMessage().contains("224 or more, but got 200"), refusal.getMessage());
    assertThrows(DataException.class, () -> new Framing.Cropped(1 << 30, 8, 8));
  }

  /** A row of pixels that would become thirty million rows. */
  @Test
  void imageThatIsTooLong_isRefusedBeforeMemoryIsTaken() {
    Geometry stored = new Geometry(3, 1 << 24, 1);
    Framing framing = new Framing.Cropped(8, 8, 8);
    assertThrows(DataException.class, () -> new Conversion(stored, new Geometry(3, 8, 8), framing));
  }

  @Test
  void dataSet_isCroppedAndSaysSoInItsDigest() {
    Geometry stored = new Geometry(1, 6, 8);
    byte[] pixels = image(new Geometry(1, 12, 8));
    Dataset two = new MemoryDataset(pixels, new int[] {0, -1}, stored, List.of("a"), null);
    Geometry to = new Geometry(1, 4, 4);
    Dataset cropped = new ConvertedDataset(two, to, new Framing.Cropped(6, 4, 4), 1);
    Dataset wider = new ConvertedDataset(two, to, new Framing.Cropped(5, 4, 4), 1);
    Dataset stretched = new ConvertedDataset(two, to, new Framing.Stretched(4, 4), 1);
    byte[] got = new byte[16];
    cropped.pixels(1, got, 0);
    byte[] second = Arrays.copyOfRange(pixels, 48, 96);
    assertArrayEquals(cut(second, stored, to, 1, 2), got);
    assertEquals(-1, cropped.label(1));
    assertNotEquals(cropped.digest(), stretched.digest());
    assertNotEquals(cropped.digest(), wider.digest());
  }

  @Test
  void imageFiles_ofSeveralSizes_areCroppedInMemoryAndOnTheFly(@TempDir Path folder)
      throws IOException {
    Fixtures.write(folder, "a/1.png", noise(9, 7));
    Fixtures.write(folder, "b/2.png", noise(11, 20));
    DataOptions options = Fixtures.options().withFraming(new Framing.Cropped(6, 5, 4));
    Dataset kept = Fixtures.open("images:" + folder, options).train();
    Dataset read = Fixtures.open("images:" + folder, options.withMemoryLimit(0)).train();
    assertEquals(2, kept.size());
    assertEquals(5, kept.height());
    assertEquals(4, kept.width());
    assertEquals(kept.digest(), read.digest());
    DataOptions stretched = Fixtures.options().withSize(5, 4);
    assertNotEquals(kept.digest(), Fixtures.open("images:" + folder, stretched).train().digest());
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(Fixtures.pixels(kept, i), Fixtures.pixels(read, i));
    }
  }

  private static byte[] noise(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    SplittableRandom random = new SplittableRandom(width);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return Fixtures.encode("png", image);
  }
}
