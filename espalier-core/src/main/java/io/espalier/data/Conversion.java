package io.espalier.data;

/** Makes images of one size and number of channels into another. Immutable, for any thread. */
final class Conversion {
  private final Geometry from;
  private final Geometry to;
  private final Resampler across;
  private final Resampler down;

  Conversion(Geometry from, Geometry to) {
    this.from = from;
    this.to = to;
    this.across = from.width() == to.width() ? null : new Resampler(from.width(), to.width());
    this.down = from.height() == to.height() ? null : new Resampler(from.height(), to.height());
  }

  /** Converts {@code image}, which may come back as it is. */
  byte[] apply(byte[] image) {
    byte[] result = from.channels() > to.channels() ? grey(image, from) : image;
    int planes = Math.min(from.channels(), to.channels());
    result = resize(result, planes);
    return to.channels() > from.channels() ? tripled(result) : result;
  }

  private byte[] resize(byte[] image, int planes) {
    byte[] result = image;
    if (across != null) {
      byte[] wide = new byte[planes * from.height() * to.width()];
      across.apply(result, 0, wide, 0, planes * from.height(), true);
      result = wide;
    }
    if (down != null) {
      byte[] high = new byte[planes * to.height() * to.width()];
      for (int p = 0; p < planes; p++) {
        int in = p * from.height() * to.width();
        down.apply(result, in, high, p * to.height() * to.width(), to.width(), false);
      }
      result = high;
    }
    return result;
  }

  /** Luma of ITU-R BT.601 in fixed-point numbers of 16 bits. */
  private static byte[] grey(byte[] image, Geometry size) {
    int plane = size.height() * size.width();
    byte[] grey = new byte[plane];
    for (int i = 0; i < plane; i++) {
      int red = image[i] & 0xff;
      int green = image[plane + i] & 0xff;
      int blue = image[2 * plane + i] & 0xff;
      grey[i] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
    }
    return grey;
  }

  private static byte[] tripled(byte[] plane) {
    byte[] image = new byte[Math.multiplyExact(3, plane.length)];
    for (int c = 0; c < 3; c++) {
      System.arraycopy(plane, 0, image, c * plane.length, plane.length);
    }
    return image;
  }
}
