package io.espalier.dynamic;

import io.espalier.data.Dataset;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/** The cheapest images in the first row of a picture, the dearest in the second. */
final class ExampleImages {
  private static final int LEAST_SIDE = 64;
  private static final int MARGIN = 4;

  private ExampleImages() {}

  static byte[] png(GateAnalysis analysis, Dataset data, int count) throws IOException {
    List<List<GateAnalysis.Image>> rows =
        List.of(analysis.cheapest(count), analysis.dearest(count));
    int zoom = Math.max(1, LEAST_SIDE / Math.max(data.height(), data.width()));
    int width = data.width() * zoom + MARGIN;
    int height = data.height() * zoom + MARGIN;
    int columns = rows.getFirst().size();
    BufferedImage sheet =
        new BufferedImage(
            columns * width + MARGIN, 2 * height + MARGIN, BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < columns; column++) {
        int index = rows.get(row).get(column).index();
        draw(data, index, zoom, column * width + MARGIN, row * height + MARGIN, sheet);
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(sheet, "png", png);
    return png.toByteArray();
  }

  private static void draw(
      Dataset data, int index, int zoom, int left, int top, BufferedImage sheet) {
    byte[] pixels = new byte[data.imageBytes()];
    data.pixels(index, pixels, 0);
    int plane = data.height() * data.width();
    boolean colour = data.channels() == 3;
    for (int y = 0; y < data.height() * zoom; y++) {
      for (int x = 0; x < data.width() * zoom; x++) {
        int at = y / zoom * data.width() + x / zoom;
        int red = pixels[at] & 0xff;
        int green = colour ? pixels[plane + at] & 0xff : red;
        int blue = colour ? pixels[2 * plane + at] & 0xff : red;
        sheet.setRGB(left + x, top + y, red << 16 | green << 8 | blue);
      }
    }
  }
}
