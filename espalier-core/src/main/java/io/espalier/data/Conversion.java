package io.espalier.data;

/** Makes images of one size and number of channels into another. Immutable, for any thread. */
final class Conversion {
  private final Geometry from;
  private final Geometry to;
  private final Resampler across;
  private final Resampler down;

  /**
   * From images stored as {@code from} to images of {@code to}, which {@code framing} leads to.
   *
   * @throws DataException if the image is so long and thin that it would need too much memory
   */
  Conversion(Geometry from, Geometry to, Framing framing) {
    this.from = from;
    this.to = to;
    if ((long) from.height() * to.width() > DataOptions.MAX_IMAGE_PIXELS) {
      throw new DataException(
          "an image of %dx%d pixels is too long to become one of %dx%d"
              .formatted(from.height(), from.width(), to.height(), to.width()));
    }
    int least = Math.min(from.height(), from.width());
    this.across = axis(from.width(), to.width(), least, framing);
    this.down = axis(from.height(), to.height(), least, framing);
  }

  /** Null where nothing changes along the axis. */
  private static Resampler axis(int from, int to, int least, Framing framing) {
    long scaled =
        switch (framing) {
          case Framing.Stored same -> to;
          case Framing.Stretched stretched -> to;
          case Framing.Cropped cropped -> cropped.scaled(from, least);
        };
    // Halves round to the even number, as in Python.
    long start = (long) Math.rint((scaled - to) / 2.0);
    return scaled == from && to == from ? null : new Resampler(from, scaled, start, to);
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
