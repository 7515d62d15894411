package io.espalier.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;

/**
 * Takes the planes out of an image as they are stored: colour profiles, gamma and transparency are
 * not applied, as is the custom where networks are trained.
 */
final class Planes {
  private Planes() {}

  static ImageDecoder.Decoded read(BufferedImage image) {
    ColorModel colors = image.getColorModel();
    boolean grey = colors.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    boolean rgb = colors.getColorSpace().getType() == ColorSpace.TYPE_RGB;
    if (!(colors instanceof ComponentColorModel) || !(grey || rgb)) {
      return packed(image);
    }
    Raster raster = image.getRaster();
    Geometry size = new Geometry(grey ? 1 : 3, image.getHeight(), image.getWidth());
    boolean bytes =
        raster.getSampleModel() instanceof ComponentSampleModel
            && raster.getDataBuffer() instanceof DataBufferByte
            && raster.getParent() == null;
    byte[] pixels = bytes ? bytes(raster, size) : samples(raster, size);
    return new ImageDecoder.Decoded(size, pixels);
  }

  private static byte[] bytes(Raster raster, Geometry size) {
    ComponentSampleModel model = (ComponentSampleModel) raster.getSampleModel();
    DataBufferByte buffer = (DataBufferByte) raster.getDataBuffer();
    byte[] pixels = new byte[size.bytes()];
    int to = 0;
    for (int c = 0; c < size.channels(); c++) {
      int bank = model.getBankIndices()[c];
      byte[] data = buffer.getData(bank);
      int start = buffer.getOffsets()[bank] + model.getBandOffsets()[c];
      for (int y = 0; y < size.height(); y++) {
        int from = start + y * model.getScanlineStride();
        for (int x = 0; x < size.width(); x++) {
          pixels[to++] = data[from];
          from += model.getPixelStride();
        }
      }
    }
    return pixels;
  }

  /** Samples of any width, the upper eight bits of each. */
  private static byte[] samples(Raster raster, Geometry size) {
    byte[] pixels = new byte[size.bytes()];
    int[] row = new int[size.width()];
    int to = 0;
    for (int c = 0; c < size.channels(); c++) {
      int drop = Math.max(raster.getSampleModel().getSampleSize(c) - 8, 0);
      for (int y = 0; y < size.height(); y++) {
        raster.getSamples(raster.getMinX(), raster.getMinY() + y, size.width(), 1, c, row);
        for (int sample : row) {
          pixels[to++] = (byte) (sample >> drop);
        }
      }
    }
    return pixels;
  }

  /** Palettes and pixels packed into words. */
  private static ImageDecoder.Decoded packed(BufferedImage image) {
    Geometry size = new Geometry(3, image.getHeight(), image.getWidth());
    int plane = size.height() * size.width();
    byte[] pixels = new byte[size.bytes()];
    int[] row = new int[size.width()];
    for (int y = 0; y < size.height(); y++) {
      image.getRGB(0, y, size.width(), 1, row, 0, size.width());
      for (int x = 0; x < row.length; x++) {
        int at = y * size.width() + x;
        pixels[at] = (byte) (row[x] >> 16);
        pixels[plane + at] = (byte) (row[x] >> 8);
        pixels[2 * plane + at] = (byte) row[x];
      }
    }
    return new ImageDecoder.Decoded(size, pixels);
  }
}
