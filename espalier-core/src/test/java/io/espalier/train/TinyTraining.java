package io.espalier.train;

import io.espalier.data.Augmentation;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
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

/** Small networks and small data that can be learned in a second. */
final class TinyTraining {
  static final int CLASSES = 4;
  static final int SIZE = 8;
  static final Normalization NORMALIZATION = Normalization.preset("half");

  private TinyTraining() {}

  /** Convolution, batch normalisation, ReLU, dropout, mean over space, linear layer. */
  static Graph net() {
    GraphBuilder builder = trunk();
    builder.add("logits", gemm(), "flat", "fc.weight", "fc.bias");
    return builder.output(output("logits", CLASSES)).build();
  }

  /** As {@link #net()}, with a second linear layer as second output. */
  static Graph netWithTwoOutputs() {
    GraphBuilder builder = trunk();
    builder.add("logits", gemm(), "flat", "fc.weight", "fc.bias");
    weight(builder, "boxes.weight", 9, 3, 8);
    builder.initializer("boxes.bias", Tensor.floats(new int[] {3}, 5, 5, 5));
    builder.add("boxes", gemm(), "flat", "boxes.weight", "boxes.bias");
    return builder.output(output("logits", CLASSES)).output(output("boxes", 3)).build();
  }

  private static GraphBuilder trunk() {
    GraphBuilder builder = new GraphBuilder("tiny");
    Shape images = new Shape(List.of(Dim.symbol("batch"), Dim.of(1), Dim.of(SIZE), Dim.of(SIZE)));
    builder.input("images", new ValueType(DataType.FLOAT, images));
    weight(builder, "conv.weight", 1, 8, 1, 3, 3);
    constant(builder, "norm.scale", 1);
    constant(builder, "norm.bias", 0);
    constant(builder, "norm.mean", 0);
    constant(builder, "norm.variance", 1);
    weight(builder, "fc.weight", 2, CLASSES, 8);
    builder.initializer("fc.bias", Tensor.floats(new int[] {CLASSES}, new float[CLASSES]));
    builder.add("conv", new Op.Conv(Window.square(2, 3, 1, 1), 1), "images", "conv.weight");
    String[] norm = {"conv", "norm.scale", "norm.bias", "norm.mean", "norm.variance"};
    builder.add("norm", new Op.BatchNorm(1e-5, 0.9), norm);
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "norm");
    builder.add("dropout", new Op.Dropout(0.1), "relu");
    builder.add("pool", new Op.GlobalPool(false), "dropout");
    builder.add("flat", new Op.Flatten(1), "pool");
    return builder;
  }

  private static Op gemm() {
    return new Op.Gemm(1, 1, false, true);
  }

  private static Port output(String name, int width) {
    return new Port(
        name,
        new ValueType(DataType.FLOAT, new Shape(List.of(Dim.symbol("batch"), Dim.of(width)))));
  }

  private static void constant(GraphBuilder builder, String name, float value) {
    float[] values = new float[8];
    Arrays.fill(values, value);
    builder.initializer(name, Tensor.floats(new int[] {8}, values));
  }

  private static void weight(GraphBuilder builder, String name, long seed, int... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    builder.initializer(name, Tensor.floats(shape, values));
  }

  /** Noisy stripes: horizontal, vertical and the two diagonals. */
  static Dataset stripes(int count, long seed) {
    int[] labels = IntStream.range(0, count).map(i -> i % CLASSES).toArray();
    return Dataset.of(pixels(labels, seed), labels, List.of("-", "|", "/", "\\"), 1, SIZE, SIZE);
  }

  /** The same images without their labels. */
  static Dataset unlabelled(int count, long seed) {
    int[] labels = IntStream.range(0, count).map(i -> i % CLASSES).toArray();
    int[] none = new int[count];
    Arrays.fill(none, -1);
    return Dataset.of(pixels(labels, seed), none, List.of(), 1, SIZE, SIZE);
  }

  static Dataset none() {
    return stripes(0, 0);
  }

  static DataSplits splits() {
    return new DataSplits(stripes(256, 1), stripes(64, 2), stripes(64, 3));
  }

  private static byte[] pixels(int[] labels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[labels.length * SIZE * SIZE];
    int[][] directions = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};
    for (int i = 0; i < labels.length; i++) {
      int[] direction = directions[labels[i]];
      int phase = random.nextInt(4);
      for (int at = 0; at < SIZE * SIZE; at++) {
        int along = direction[0] * (at % SIZE) + direction[1] * (at / SIZE) + phase + 16;
        int value = (along % 4 < 2 ? 60 : 190) + random.nextInt(60);
        pixels[i * SIZE * SIZE + at] = (byte) value;
      }
    }
    return pixels;
  }

  static TrainOptions options() {
    return TrainOptions.defaults()
        .withEpochs(4)
        .withBatchSize(32)
        .withLearningRate(0.1)
        .withAugmentation(new Augmentation(1, false))
        .withThreads(1);
  }

  static Trainer trainer(TrainOptions options) {
    return Trainer.of(net(), splits(), NORMALIZATION, options);
  }
}
