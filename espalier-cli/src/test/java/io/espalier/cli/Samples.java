package io.espalier.cli;

import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.onnx.OnnxWriter;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Small files for the commands to work on. */
final class Samples {
  private static final int SIZE = 8;

  private Samples() {}

  /** A residual network for grey images of 8 x 8 and three classes. */
  static Path network(Path folder, String name, long seed) {
    Graph graph = Zoo.build("resnet8", new ZooOptions(3, Shape.of(1, SIZE, SIZE), seed));
    Path file = folder.resolve(name);
    OnnxWriter.write(graph, file);
    return file;
  }

  /** IDX files of images whose brightness tells their class. */
  static Path images(Path folder) throws IOException {
    Path data = Files.createDirectories(folder.resolve("images"));
    split(data, "train", 96);
    split(data, "t10k", 40);
    return data;
  }

  /** PNG files of several sizes in two classes, one dark and one bright. */
  static Path pictures(Path folder) throws IOException {
    Path data = folder.resolve("pictures");
    for (int i = 0; i < 24; i++) {
      Path file = data.resolve(i % 2 == 0 ? "dark" : "bright").resolve(i + ".png");
      Files.createDirectories(file.getParent());
      BufferedImage image = new BufferedImage(9 + i % 5, 20 - i % 7, BufferedImage.TYPE_BYTE_GRAY);
      for (int x = 0; x < image.getWidth(); x++) {
        for (int y = 0; y < image.getHeight(); y++) {
          int grey = (i % 2 == 0 ? 40 : 200) + (x * y + i) % 30;
          image.getRaster().setSample(x, y, 0, grey);
        }
      }
      ImageIO.write(image, "png", file.toFile());
    }
    return data;
  }

  private static void split(Path folder, String name, int count) throws IOException {
    SplittableRandom random = new SplittableRandom(count);
    byte[] labels = new byte[count];
    byte[] pixels = new byte[count * SIZE * SIZE];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 3);
      for (int p = 0; p < SIZE * SIZE; p++) {
        pixels[i * SIZE * SIZE + p] = (byte) (labels[i] * 80 + random.nextInt(40));
      }
    }
    write(folder.resolve(name + "-images-idx3-ubyte"), pixels, 0x803, count, SIZE, SIZE);
    write(folder.resolve(name + "-labels-idx1-ubyte"), labels, 0x801, count);
  }

  private static void write(Path file, byte[] values, int... header) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(bytes);
    for (int word : header) {
      data.writeInt(word);
    }
    data.write(values);
    Files.write(file, bytes.toByteArray());
  }
}
