package io.espalier.method;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Small networks of every shape that methods must cope with, and images for them. */
public final class TinyNetworks {
  static final int SIZE = 6;
  static final int CLASSES = 3;

  /** The shapes of networks. */
  public enum Kind {
    CHAIN,
    RESIDUAL,
    PRE_ACTIVATION,
    CONCAT,
    GROUPED
  }

  private final GraphBuilder builder = new GraphBuilder("tiny");
  private final SplittableRandom random = new SplittableRandom(7);
  private final boolean norm;

  private TinyNetworks(boolean norm) {
    this.norm = norm;
  }

  /** The network of that shape, with batch normalisation or with biases. */
  public static Graph of(Kind kind, boolean norm) {
    TinyNetworks net = new TinyNetworks(norm);
    Shape images = new Shape(List.of(Dim.symbol("batch"), Dim.of(1), Dim.of(SIZE), Dim.of(SIZE)));
    net.builder.input("images", new ValueType(DataType.FLOAT, images));
    String features =
        switch (kind) {
          case CHAIN -> net.unit("second", net.unit("first", "images", 1, 8, 1), 8, 12, 1);
          case RESIDUAL -> net.residual();
          case PRE_ACTIVATION -> net.preActivation();
          case CONCAT -> net.concat();
          case GROUPED -> net.unit("second", net.unit("first", "images", 1, 8, 1), 8, 12, 2);
        };
    return net.head(features, kind == Kind.CHAIN || kind == Kind.GROUPED ? 12 : 8);
  }

  private String residual() {
    String x = unit("stem", "images", 1, 8, 1);
    String inner = unit("inner", x, 8, 6, 1);
    String branch = norm("outer", conv("outer", inner, 6, 8, 1), 8);
    return relu("sum.relu", add("sum", x, branch));
  }

  private String preActivation() {
    String x = conv("stem", "images", 1, 8, 1);
    String y = relu("a.relu", norm("a", x, 8));
    String z = relu("b.relu", norm("b", conv("a", y, 8, 6, 1), 6));
    String sum = add("sum", x, conv("b", z, 6, 8, 1));
    return relu("end.relu", norm("end", sum, 8));
  }

  private String concat() {
    String x = unit("stem", "images", 1, 5, 1);
    String grown = unit("growth", x, 5, 3, 1);
    return builder.add("concat", new Op.Concat(1), x, grown);
  }

  private String unit(String name, String x, int in, int out, int groups) {
    return relu(name + ".relu", norm(name, conv(name, x, in, out, groups), out));
  }

  private String conv(String name, String x, int in, int out, int groups) {
    Op op = new Op.Conv(Window.square(2, 3, 1, 1), groups);
    String weight = weight(name + ".weight", out, in / groups, 3, 3);
    return norm
        ? builder.add(name, op, x, weight)
        : builder.add(name, op, x, weight, weight(name + ".bias", out));
  }

  private String norm(String name, String x, int channels) {
    if (!norm) {
      return x;
    }
    String scale = filled(name + ".scale", channels, 0.5, 1.5);
    String shift = filled(name + ".shift", channels, -0.2, 0.2);
    String mean = filled(name + ".mean", channels, -0.2, 0.2);
    String variance = filled(name + ".variance", channels, 0.5, 1.5);
    return builder.add(
        name + ".norm", new Op.BatchNorm(1e-5, 0.9), x, scale, shift, mean, variance);
  }

  private String relu(String name, String x) {
    return builder.add(name, new Op.Elementwise(Pointwise.RELU), x);
  }

  private String add(String name, String x, String y) {
    return builder.add(name, new Op.Elementwise(Pointwise.ADD), x, y);
  }

  private Graph head(String features, int channels) {
    builder.add("pool", new Op.GlobalPool(false), features);
    builder.add("flat", new Op.Flatten(1), "pool");
    String weight = weight("fc.weight", CLASSES, channels);
    builder.add("logits", new Op.Gemm(1, 1, false, true), "flat", weight, weight("fc.bias", 3));
    Shape logits = new Shape(List.of(Dim.symbol("batch"), Dim.of(CLASSES)));
    return builder.output(new Port("logits", new ValueType(DataType.FLOAT, logits))).build();
  }

  private String weight(String name, int... shape) {
    double[] values = new double[(int) Tensor.elements(shape)];
    Arrays.setAll(values, i -> random.nextDouble() - 0.5);
    return builder.initializer(name, Tensor.of(DataType.FLOAT, shape, values));
  }

  private String filled(String name, int channels, double from, double to) {
    double[] values = random.doubles(channels, from, to).toArray();
    return builder.initializer(name, Tensor.of(DataType.FLOAT, new int[] {channels}, values));
  }

  /** A network of one 1x1 convolution with these filters, ReLU, and one that sums its channels. */
  public static Graph pair(float[][] filters, float... scales) {
    int rows = filters.length;
    int columns = filters[0].length;
    GraphBuilder builder = new GraphBuilder("pair");
    builder.input("x", ValueType.floats(1, columns, 2, 2));
    float[] flat = new float[rows * columns];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = filters[i / columns][i % columns];
    }
    float[] ones = new float[rows];
    Arrays.fill(ones, 1);
    Op conv = new Op.Conv(Window.square(2, 1, 1, 0), 1);
    builder.initializer("first.weight", Tensor.floats(new int[] {rows, columns, 1, 1}, flat));
    builder.initializer("last.weight", Tensor.floats(new int[] {1, rows, 1, 1}, ones));
    String x = builder.add("first", conv, "x", "first.weight");
    if (scales.length > 0) {
      builder.initializer("scale", Tensor.floats(new int[] {rows}, scales));
      builder.initializer("shift", Tensor.floats(new int[] {rows}, new float[rows]));
      builder.initializer("mean", Tensor.floats(new int[] {rows}, new float[rows]));
      builder.initializer("variance", Tensor.floats(new int[] {rows}, ones));
      Op norm = new Op.BatchNorm(1e-5, 0.9);
      x = builder.add("norm", norm, x, "scale", "shift", "mean", "variance");
    }
    x = builder.add("relu", new Op.Elementwise(Pointwise.RELU), x);
    x = builder.add("last", conv, x, "last.weight");
    return builder.output(new Port(x, ValueType.floats(1, 1, 2, 2))).build();
  }

  /**
   * A classifier of images of one row of pixels in three channels: a 1x1 convolution with these
   * filters, ReLU, and a linear layer with one row a class.
   */
  public static Graph classifier(float[][] filters, float[][] head) {
    GraphBuilder builder = new GraphBuilder("classifier");
    Dim width = Dim.of(head[0].length / filters.length);
    Shape pixels = new Shape(List.of(Dim.symbol("batch"), Dim.of(3), Dim.of(1), width));
    builder.input("x", new ValueType(DataType.FLOAT, pixels));
    builder.initializer("first.weight", matrix(filters).reshape(filters.length, 3, 1, 1));
    builder.initializer("last.weight", matrix(head));
    Op conv = new Op.Conv(Window.square(2, 1, 1, 0), 1);
    String x = builder.add("first", conv, "x", "first.weight");
    x = builder.add("relu", new Op.Elementwise(Pointwise.RELU), x);
    x = builder.add("flat", new Op.Flatten(1), x);
    x = builder.add("last", new Op.Gemm(1, 1, false, true), x, "last.weight");
    Shape logits = new Shape(List.of(Dim.symbol("batch"), Dim.of(head.length)));
    return builder.output(new Port(x, new ValueType(DataType.FLOAT, logits))).build();
  }

  private static Tensor matrix(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = rows[i / rows[0].length][i % rows[0].length];
    }
    return Tensor.floats(new int[] {rows.length, rows[0].length}, flat);
  }

  /** Images whose class is where they are bright. */
  public static DataSplits splits() {
    return new DataSplits(images(48, 1), images(12, 2), images(24, 3));
  }

  private static Dataset images(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] labels = IntStream.range(0, count).map(i -> i % CLASSES).toArray();
    byte[] pixels = new byte[count * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      int row = i / SIZE % SIZE;
      boolean bright = row / 2 == labels[i / (SIZE * SIZE)];
      pixels[i] = (byte) (random.nextInt(80) + (bright ? 150 : 0));
    }
    return Dataset.of(pixels, labels, List.of("top", "middle", "bottom"), 1, SIZE, SIZE);
  }
}
