package io.espalier.method.sparse;

import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.RunFolder;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainStep;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Networks, passes and prunes for tests of this package. */
final class Nets {
  private Nets() {}

  /**
   * A padded 3x3 convolution of one channel to three, normalisation and {@code act}; a 3x3 reader
   * to two, with normalisation or without; a 1x1 convolution of all pixels to one channel.
   */
  static Graph two(Pointwise act, int readerPad, boolean readerNorm) {
    GraphBuilder builder = new GraphBuilder("two");
    builder.input("x", ValueType.floats(2, 1, 5, 5));
    weight(builder, "first.weight", 1, 3, 1, 3, 3);
    String x = conv(builder, "first", "x", 1);
    x = norm(builder, "first", x, 3);
    x = builder.add("act", new Op.Elementwise(act), x);
    weight(builder, "second.weight", 2, 2, 3, 3, 3);
    x = conv(builder, "second", x, readerPad);
    x = readerNorm ? norm(builder, "second", x, 2) : x;
    weight(builder, "last.weight", 6, 1, 2, 1, 1);
    x = builder.add("last", new Op.Conv(Window.square(2, 1, 1, 0), 1), x, "last.weight");
    int size = 5 - 2 + 2 * readerPad;
    return builder.output(new Port(x, ValueType.floats(2, 1, size, size))).build();
  }

  private static String conv(GraphBuilder builder, String name, String x, int pad) {
    return builder.add(name, new Op.Conv(Window.square(2, 3, 1, pad), 1), x, name + ".weight");
  }

  private static String norm(GraphBuilder builder, String name, String x, int channels) {
    weight(builder, name + ".scale", 3, channels);
    weight(builder, name + ".shift", 4, channels);
    weight(builder, name + ".mean", 5, channels);
    builder.initializer(name + ".variance", filled(channels, 1.5f));
    Op op = new Op.BatchNorm(1e-5, 0.9);
    String of = name + ".";
    return builder.add(
        name + ".norm", op, x, of + "scale", of + "shift", of + "mean", of + "variance");
  }

  private static Tensor filled(int size, float value) {
    float[] values = new float[size];
    java.util.Arrays.fill(values, value);
    return Tensor.floats(new int[] {size}, values);
  }

  private static void weight(GraphBuilder builder, String name, long seed, int... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    builder.initializer(name, Tensor.floats(shape, values));
  }

  /** {@code graph} with some weights replaced. */
  static Graph with(Graph graph, Map<String, float[]> values) {
    Map<String, Tensor> weights = new HashMap<>();
    values.forEach((name, v) -> weights.put(name, graph.weight(name).withValues(v)));
    return graph.withWeights(weights);
  }

  /** The first output on random images, two where the batch is free. */
  static double[] run(Graph graph, long seed) {
    long[] shape =
        graph.inputs().getFirst().type().shape().dims().stream()
            .mapToLong(dim -> dim.isFixed() ? dim.size() : 2)
            .toArray();
    SplittableRandom random = new SplittableRandom(seed);
    float[] pixels =
        new float[(int) java.util.stream.LongStream.of(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact());
        Scope scope = Scope.open()) {
      return net.forward(DeviceTensor.of(pixels, shape), Mode.EVAL, Taps.none()).toDoubles();
    }
  }

  /** A step on {@code net} without images. */
  static TrainStep step(TorchNet net, double learningRate) {
    return new TrainStep(
        0, 0, learningRate, 1, new long[] {-1}, net, Map.of(), DeviceTensor.zeros(1));
  }

  static TrainOptions training() {
    return TrainOptions.defaults().withBatchSize(16).withThreads(1);
  }

  /** Prunes a tiny network; {@code plan} empty for the method's own threshold. */
  static PruneResult prune(
      Graph graph,
      String method,
      Optional<PlanOptions> plan,
      Path folder,
      Map<String, String> set) {
    PlanOptions any =
        PlanOptions.of(
            new io.espalier.cost.Budget.Share(io.espalier.cost.Budget.Quantity.MACS, 0.5));
    PruneOptions options =
        PruneOptions.of(method, plan.orElse(any.withoutSize()))
            .withSettings(set)
            .withTraining(training())
            .withEvaluation(EvaluateOptions.defaults().withThreads(1));
    return Pruner.of(graph, options)
        .data(TinyNetworks.splits(), Normalization.preset("half"))
        .run(RunFolder.at(folder));
  }

  /** The median of the factors of a chain that was trained by {@code method} with a penalty. */
  static double medianAfter(String method, String lambda, Path folder) {
    PlanOptions most =
        PlanOptions.of(
            new io.espalier.cost.Budget.Share(io.espalier.cost.Budget.Quantity.UNITS, 0.6));
    Map<String, String> settings = Map.of("epochs", "10", "reach", "0", "lambda", lambda);
    Graph chain = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    PruneResult result = prune(chain, method, Optional.of(most), folder.resolve(lambda), settings);
    return result.records().path("sparsity-01").path("after").path("median").asDouble();
  }
}
