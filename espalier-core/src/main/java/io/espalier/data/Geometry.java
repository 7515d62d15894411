package io.espalier.data;

/** The size of an image. */
record Geometry(int channels, int height, int width) {
  Geometry {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("images have 1 or 3 channels, but got " + channels);
    }
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("images of %dx%d pixels".formatted(height, width));
    }
    Math.multiplyExact(channels * height, width);
  }

  int bytes() {
    return channels * height * width;
  }

  /** The size that images of this size get. */
  Geometry framed(Framing framing) {
    return switch (framing) {
      case Framing.Stored same -> this;
      case Framing.Stretched to -> new Geometry(channels, to.height(), to.width());
      case Framing.Cropped to -> new Geometry(channels, to.height(), to.width());
    };
  }

  static Geometry of(Dataset data) {
    return new Geometry(data.channels(), data.height(), data.width());
  }

  @Override
  public String toString() {
    return channels + "x" + height + "x" + width;
  }
}
