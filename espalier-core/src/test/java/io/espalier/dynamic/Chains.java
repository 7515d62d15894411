package io.espalier.dynamic;

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

/** Plain networks: convolution, batch normalisation, ReLU, again and again, then a classifier. */
final class Chains {
  static final int SIZE = 8;
  static final int CLASSES = 4;

  private Chains() {}

  /** Grey or colour images through 3x3 layers of these widths; the second halves the image. */
  static Graph of(int imageChannels, int... widths) {
    int[] strides = new int[widths.length];
    Arrays.setAll(strides, i -> i == 1 ? 2 : 1);
    return of(SIZE, CLASSES, imageChannels, widths, strides);
  }

  /** Five layers for Fashion-MNIST, 1.03 M MACs. */
  static Graph trial() {
    return of(28, 10, 1, new int[] {8, 16, 16, 32, 32}, new int[] {2, 1, 2, 1, 1});
  }

  private static Graph of(int size, int classes, int imageChannels, int[] widths, int[] strides) {
    SplittableRandom random = new SplittableRandom(11);
    GraphBuilder builder = new GraphBuilder("chain");
    Shape images =
        new Shape(List.of(Dim.symbol("batch"), Dim.of(imageChannels), Dim.of(size), Dim.of(size)));
    String x = builder.input("images", new ValueType(DataType.FLOAT, images));
    int in = imageChannels;
    for (int i = 0; i < widths.length; i++) {
      String name = "layer" + (i + 1);
      int out = widths[i];
      double deviation = Math.sqrt(2.0 / (9 * in));
      builder.initializer(name + ".weight", normal(random, deviation, out, in, 3, 3));
      Op conv = new Op.Conv(Window.square(2, 3, strides[i], 1), 1);
      x = builder.add(name, conv, x, name + ".weight");
      builder.initializer(name + ".scale", filled(1, out));
      builder.initializer(name + ".shift", filled(0, out));
      builder.initializer(name + ".mean", filled(0, out));
      builder.initializer(name + ".variance", filled(1, out));
      Op norm = new Op.BatchNorm(1e-5, 0.9);
      x =
          builder.add(
              name + ".norm",
              norm,
              x,
              name + ".scale",
              name + ".shift",
              name + ".mean",
              name + ".variance");
      x = builder.add(name + ".relu", new Op.Elementwise(Pointwise.RELU), x);
      in = out;
    }
    x = builder.add("flat", new Op.Flatten(1), builder.add("pool", new Op.GlobalPool(false), x));
    builder.initializer("fc.weight", normal(random, 1 / Math.sqrt(in), classes, in));
    builder.initializer("fc.bias", filled(0, classes));
    builder.add("logits", new Op.Gemm(1, 1, false, true), x, "fc.weight", "fc.bias");
    Shape logits = new Shape(List.of(Dim.symbol("batch"), Dim.of(classes)));
    return builder.output(new Port("logits", new ValueType(DataType.FLOAT, logits))).build();
  }

  private static Tensor filled(double value, int size) {
    double[] values = new double[size];
    Arrays.fill(values, value);
    return Tensor.of(DataType.FLOAT, new int[] {size}, values);
  }

  /** Uniform numbers of the given standard deviation. */
  private static Tensor normal(SplittableRandom random, double deviation, int... shape) {
    double most = deviation * Math.sqrt(3);
    int count = (int) Tensor.elements(shape);
    return Tensor.of(DataType.FLOAT, shape, random.doubles(count, -most, most).toArray());
  }
}
