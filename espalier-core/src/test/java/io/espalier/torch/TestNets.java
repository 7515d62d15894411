package io.espalier.torch;

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

/** Small networks with seeded weights. */
final class TestNets {
  static final int SIZE = 8;
  static final int CLASSES = 3;
  private static final int WIDTH = 4;

  private TestNets() {}

  /** A builder with the input {@code x} of shape {@code [batch, channels, SIZE, SIZE]}. */
  static GraphBuilder images(String name, int channels) {
    GraphBuilder builder = new GraphBuilder(name);
    List<Dim> dims = List.of(Dim.symbol("batch"), Dim.of(channels), Dim.of(SIZE), Dim.of(SIZE));
    builder.input("x", new ValueType(DataType.FLOAT, new Shape(dims)));
    return builder;
  }

  static Port output(String value, long... sizesAfterBatch) {
    Dim[] dims = new Dim[sizesAfterBatch.length + 1];
    dims[0] = Dim.symbol("batch");
    for (int i = 0; i < sizesAfterBatch.length; i++) {
      dims[i + 1] = Dim.of(sizesAfterBatch[i]);
    }
    return new Port(value, new ValueType(DataType.FLOAT, new Shape(List.of(dims))));
  }

  /** Uniform numbers of [-1, 1). */
  static float[] random(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  static Tensor randomTensor(long seed, int... shape) {
    return Tensor.floats(shape, random(seed, (int) Tensor.elements(shape)));
  }

  static Tensor filled(float value, int size) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return Tensor.floats(new int[] {size}, values);
  }

  /** Adds scale, bias, mean and variance of {@code WIDTH} channels; returns their names. */
  static String[] norm(GraphBuilder builder, String prefix, String input) {
    builder.initializer(prefix + ".scale", filled(1, WIDTH));
    builder.initializer(prefix + ".bias", filled(0, WIDTH));
    builder.initializer(prefix + ".mean", filled(0, WIDTH));
    builder.initializer(prefix + ".variance", filled(1, WIDTH));
    return new String[] {
      input, prefix + ".scale", prefix + ".bias", prefix + ".mean", prefix + ".variance"
    };
  }

  /**
   * Two input channels; convolution, normalisation, ReLU, a depthwise convolution around which a
   * residual runs, pooling, a linear layer. Values are named like their nodes.
   */
  static Graph residual() {
    GraphBuilder builder = images("residual", 2);
    builder.initializer("conv.weight", randomTensor(1, WIDTH, 2, 3, 3));
    builder.initializer("dw.weight", randomTensor(2, WIDTH, 1, 3, 3));
    builder.initializer("dw.bias", randomTensor(3, WIDTH));
    builder.initializer("fc.weight", randomTensor(4, CLASSES, WIDTH));
    builder.initializer("fc.bias", randomTensor(5, CLASSES));
    Window window = Window.square(2, 3, 1, 1);
    builder.add("conv", new Op.Conv(window, 1), "x", "conv.weight");
    builder.add("norm", new Op.BatchNorm(1e-5, 0.9), norm(builder, "norm", "conv"));
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "norm");
    builder.add("dw", new Op.Conv(window, WIDTH), "relu", "dw.weight", "dw.bias");
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), "dw", "relu");
    builder.add("last", new Op.Elementwise(Pointwise.SIGMOID), "sum");
    builder.add("pool", new Op.AveragePool(Window.square(2, 2, 2, 0), false, false), "last");
    builder.add("mean", new Op.GlobalPool(false), "pool");
    builder.add("flat", new Op.Flatten(1), "mean");
    builder.add("logits", new Op.Gemm(1, 1, false, true), "flat", "fc.weight", "fc.bias");
    return builder.output(output("logits", CLASSES)).build();
  }

  /** A batch for {@link #residual()}. */
  static DeviceTensor batch(long seed, int count) {
    return DeviceTensor.of(random(seed, count * 2 * SIZE * SIZE), count, 2, SIZE, SIZE);
  }

  static DeviceTensor labels(int count) {
    long[] labels = new long[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % CLASSES;
    }
    return DeviceTensor.of(labels, count);
  }
}
