package io.espalier.zoo;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds layers to a network and follows the sizes. A node, its output and its weights share a name:
 * {@code stage1.block0.conv1}, {@code stage1.block0.conv1.weight}.
 *
 * <p>Weights: a convolution before a batch normalisation is He normal by fan-out, with variance
 * {@code 2 / (taps * outputs / groups)}, and has no bias; one without is He normal by fan-in, which
 * keeps the signal's size, with bias 0. A linear layer is normal with variance {@code 1 / inputs}
 * and bias 0. Batch normalisation starts as the identity.
 */
final class Layers {
  private static final String INPUT = "input";
  private static final String OUTPUT = "logits";
  private static final Dim BATCH = Dim.symbol("batch");

  private final GraphBuilder graph;
  private final RandomWeights random;
  private final List<Node> nodes = new ArrayList<>();

  Layers(String name, long seed) {
    this.graph = new GraphBuilder(name);
    this.random = new RandomWeights(seed);
  }

  /** Declares the image input of shape {@code [C, H, W]}. */
  Feature input(Shape image) {
    Dim[] dims = {BATCH, image.dim(0), image.dim(1), image.dim(2)};
    graph.input(INPUT, new ValueType(DataType.FLOAT, new Shape(List.of(dims))));
    return new Feature(INPUT, (int) image.size(0), (int) image.size(1), (int) image.size(2));
  }

  /** Convolution without bias, for a batch normalisation next to it. */
  Feature conv(String name, Feature x, int outputs, int kernel, int stride, int padding) {
    return conv(name, x, outputs, kernel, stride, padding, 1);
  }

  /** Convolution without bias in {@code groups} groups. */
  Feature conv(
      String name, Feature x, int outputs, int kernel, int stride, int padding, int groups) {
    double fanOut = (double) kernel * kernel * outputs / groups;
    String weight = kernels(name, Math.sqrt(2 / fanOut), x, outputs, kernel, groups);
    Window window = Window.square(2, kernel, stride, padding);
    String value = node(name, new Op.Conv(window, groups), x.value(), weight);
    return windowed(value, x, outputs, window);
  }

  /** Convolution of stride 1 without padding, with bias. */
  Feature convWithBias(String name, Feature x, int outputs, int kernel) {
    double fanIn = (double) kernel * kernel * x.channels();
    String weight = kernels(name, Math.sqrt(2 / fanIn), x, outputs, kernel, 1);
    String bias = graph.initializer(name + ".bias", constant(outputs, 0));
    Window window = Window.square(2, kernel, 1, 0);
    String value = node(name, new Op.Conv(window, 1), x.value(), weight, bias);
    return windowed(value, x, outputs, window);
  }

  Feature norm(String name, Feature x) {
    int channels = x.channels();
    String scale = graph.initializer(name + ".weight", constant(channels, 1));
    String bias = graph.initializer(name + ".bias", constant(channels, 0));
    String mean = graph.initializer(name + ".running_mean", constant(channels, 0));
    String variance = graph.initializer(name + ".running_var", constant(channels, 1));
    return x.named(node(name, Op.BatchNorm.USUAL, x.value(), scale, bias, mean, variance));
  }

  Feature relu(String name, Feature x) {
    return pointwise(name, Pointwise.RELU, x);
  }

  /** The activation of MobileNetV2: between 0 and 6. */
  Feature relu6(String name, Feature x) {
    Op op = new Op.Elementwise(Pointwise.CLIP, List.of(0.0, 6.0));
    return x.named(node(name, op, x.value()));
  }

  Feature dropout(String name, Feature x, double ratio) {
    return x.named(node(name, new Op.Dropout(ratio), x.value()));
  }

  Feature add(String name, Feature a, Feature b) {
    if (!a.equals(b.named(a.value()))) {
      throw new IllegalStateException(name + " adds " + a + " and " + b);
    }
    return a.named(node(name, new Op.Elementwise(Pointwise.ADD), a.value(), b.value()));
  }

  Feature concat(String name, Feature a, Feature b) {
    String value = node(name, new Op.Concat(1), a.value(), b.value());
    return new Feature(value, a.channels() + b.channels(), a.height(), a.width());
  }

  Feature maxPool(String name, Feature x, int kernel) {
    Window window = Window.square(2, kernel, kernel, 0);
    return windowed(node(name, new Op.MaxPool(window, false), x.value()), x, window);
  }

  Feature averagePool(String name, Feature x, int kernel) {
    Window window = Window.square(2, kernel, kernel, 0);
    Op op = new Op.AveragePool(window, false, false);
    return windowed(node(name, op, x.value()), x, window);
  }

  Feature globalPool(String name, Feature x) {
    String value = node(name, new Op.GlobalPool(false), x.value());
    return new Feature(value, x.channels(), 1, 1);
  }

  /** Every {@code stride}-th row and column. */
  Feature subsample(String name, Feature x, int stride) {
    Op op =
        new Op.Slice(
            List.of(0L, 0L),
            List.of((long) x.height(), (long) x.width()),
            List.of(2, 3),
            List.of((long) stride, (long) stride));
    int height = (x.height() + stride - 1) / stride;
    int width = (x.width() + stride - 1) / stride;
    return new Feature(node(name, op, x.value()), x.channels(), height, width);
  }

  /** Adds {@code each} channels of zeros before the first channel and after the last. */
  Feature padChannels(String name, Feature x, int each) {
    Op op = new Op.Pad("constant", List.of(0, each, 0, 0, 0, each, 0, 0), 0);
    String value = node(name, op, x.value());
    return new Feature(value, x.channels() + 2 * each, x.height(), x.width());
  }

  Feature flatten(String name, Feature x) {
    String value = node(name, new Op.Flatten(1), x.value());
    return new Feature(value, x.channels() * x.height() * x.width(), 1, 1);
  }

  /** Linear layer with bias on a flattened value. */
  Feature linear(String name, Feature x, int outputs) {
    double deviation = Math.sqrt(1.0 / x.channels());
    String weightName = name + ".weight";
    Tensor weight = random.normal(weightName, deviation, outputs, x.channels());
    graph.initializer(weightName, weight);
    String bias = graph.initializer(name + ".bias", constant(outputs, 0));
    Op op = new Op.Gemm(1, 1, false, true);
    return new Feature(node(name, op, x.value(), weightName, bias), outputs, 1, 1);
  }

  /** Mean over the image and a linear layer: the usual end. */
  Feature classifier(Feature x, int classes) {
    return linear("classifier", flatten("flatten", globalPool("pool", x)), classes);
  }

  /** The network that ends in {@code last}, a value {@code [N, classes]}. */
  Graph build(Feature last) {
    for (Node node : nodes) {
      boolean isLast = node.output().equals(last.value());
      graph.add(isLast ? node.withOutputs(List.of(OUTPUT)) : node);
    }
    Shape shape = new Shape(List.of(BATCH, Dim.of(last.channels())));
    graph.output(new Port(OUTPUT, new ValueType(DataType.FLOAT, shape)));
    return graph.build();
  }

  private String node(String name, Op op, String... inputs) {
    nodes.add(new Node(name, op, List.of(inputs), List.of(name)));
    return name;
  }

  private Feature pointwise(String name, Pointwise kind, Feature x) {
    return x.named(node(name, new Op.Elementwise(kind), x.value()));
  }

  private String kernels(
      String name, double deviation, Feature x, int outputs, int kernel, int groups) {
    String weight = name + ".weight";
    int inputs = x.channels() / groups;
    return graph.initializer(
        weight, random.normal(weight, deviation, outputs, inputs, kernel, kernel));
  }

  private static Feature windowed(String value, Feature x, Window window) {
    return windowed(value, x, x.channels(), window);
  }

  private static Feature windowed(String value, Feature x, int channels, Window window) {
    int height = positions(value, x.height(), 0, window);
    return new Feature(value, channels, height, positions(value, x.width(), 1, window));
  }

  private static int positions(String layer, int size, int axis, Window window) {
    int padded = size + window.pads().get(axis) + window.pads().get(axis + window.rank());
    int kernel = window.kernel().get(axis);
    if (padded < kernel) {
      throw new TooSmallException(
          "layer '%s' gets %d positions for a kernel of %d".formatted(layer, size, kernel));
    }
    return (padded - kernel) / window.strides().get(axis) + 1;
  }

  private static Tensor constant(int length, float value) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return Tensor.floats(new int[] {length}, values);
  }
}
