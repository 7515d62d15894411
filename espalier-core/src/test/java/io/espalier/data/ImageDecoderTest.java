package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private final ImageDecoder decoder = new ImageDecoder();

  static byte[] noise(String format, int width, int height) {
    int type = format.equals("gif") ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_INT_RGB;
    BufferedImage image = new BufferedImage(width, height, type);
    SplittableRandom random = new SplittableRandom(1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return Fixtures.encode(format, image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "jpg"})
  void colours_oneColour_comeBackAsPlanes(String format) {
    ImageDecoder.Decoded image = decoder.decode("x", Fixtures.image(format, 3, 2, 0xc86432));
    assertEquals(new Geometry(3, 2, 3), image.geometry());
    int tolerance = format.equals("jpg") ? 2 : 0;
    for (int i = 0; i < 18; i++) {
      assertEquals(new int[] {200, 100, 50}[i / 6], image.pixels()[i] & 0xff, tolerance);
    }
  }

  @Test
  void gif_palette_comesBackAsColours() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED);
    image.setRGB(0, 0, 0xffff0000);
    image.setRGB(1, 0, 0xff0000ff);
    byte[] pixels = decoder.decode("x", Fixtures.encode("gif", image)).pixels();
    assertArrayEquals(new byte[] {-1, 0, 0, 0, 0, -1}, pixels);
  }

  @Test
  void transparency_isNotApplied() {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x80c86432);
    byte[] pixels = decoder.decode("x", Fixtures.encode("png", image)).pixels();
    assertArrayEquals(new byte[] {(byte) 200, 100, 50}, pixels);
  }

  @Test
  void grey_anyDepth_keepsStoredValues() {
    for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
      BufferedImage image = new BufferedImage(2, 1, type);
      WritableRaster raster = image.getRaster();
      int shift = type == BufferedImage.TYPE_USHORT_GRAY ? 8 : 0;
      raster.setSample(0, 0, 0, 100 << shift);
      raster.setSample(1, 0, 0, 200 << shift);
      ImageDecoder.Decoded decoded = decoder.decode("x", Fixtures.encode("png", image));
      assertEquals(1, decoded.geometry().channels());
      assertArrayEquals(new byte[] {100, (byte) 200}, decoded.pixels());
    }
  }

  @Test
  void size_header_isReadAlone() {
    assertEquals(new Geometry(3, 7, 5), decoder.size("x", Fixtures.image("jpg", 5, 7, 0)));
  }
}
