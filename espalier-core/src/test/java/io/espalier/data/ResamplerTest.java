package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The expected values come from Pillow 12.3: Image.resize with BILINEAR, Image.convert("L"). */
class ResamplerTest {
  private static final Geometry STORED = new Geometry(1, 3, 5);
  private static final byte[] IMAGE =
      bytes(10, 200, 30, 250, 0, 90, 80, 70, 60, 50, 255, 0, 255, 0, 128);

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static Conversion conversion(Geometry from, Geometry to) {
    return new Conversion(from, to, new Framing.Stretched(to.height(), to.width()));
  }

  @Test
  void smaller_equalsPillow() {
    byte[] small = conversion(STORED, new Geometry(1, 2, 3)).apply(IMAGE);
    assertArrayEquals(bytes(89, 99, 87, 124, 115, 66), small);
  }

  @Test
  void larger_equalsPillow() {
    int[] expected = {
      10, 119, 151, 30, 187, 143, 0, //
      60, 97, 105, 55, 110, 89, 31, //
      152, 93, 76, 139, 67, 56, 79, //
      255, 109, 73, 255, 73, 55, 128
    };
    byte[] large = conversion(STORED, new Geometry(1, 4, 7)).apply(IMAGE);
    assertArrayEquals(bytes(expected), large);
  }

  @Test
  void colours_toGrey_equalPillow() {
    byte[] image = bytes(200, 1, 100, 2, 50, 3);
    byte[] grey = conversion(new Geometry(3, 1, 2), new Geometry(1, 1, 2)).apply(image);
    assertArrayEquals(bytes(124, 2), grey);
  }

  @Test
  void grey_toColoursAndSize_isTheResizedPlaneThreeTimes() {
    byte[] plane = conversion(STORED, new Geometry(1, 2, 3)).apply(IMAGE);
    byte[] colours = conversion(STORED, new Geometry(3, 2, 3)).apply(IMAGE);
    for (int c = 0; c < 3; c++) {
      assertArrayEquals(plane, Arrays.copyOfRange(colours, 6 * c, 6 * c + 6));
    }
  }

  @Test
  void sameSize_changesNothing() {
    assertArrayEquals(IMAGE, conversion(STORED, STORED).apply(IMAGE));
  }
}
