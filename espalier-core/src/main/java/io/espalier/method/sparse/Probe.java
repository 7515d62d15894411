package io.espalier.method.sparse;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.method.Workbench;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A few images that networks are looked at with, in double precision. */
final class Probe {
  private static final int IMAGES = 4;

  private final float[] images;
  private final long[] shape;

  /** Images as they are fed, {@code [N, C, H, W]}. */
  Probe(float[] images, long... shape) {
    this.images = images.clone();
    this.shape = shape.clone();
  }

  /** The first training images, as many as the network takes at once. */
  static Probe of(Workbench bench) {
    Port input = bench.graph().inputs().getFirst();
    Dataset images = bench.trainingImages();
    Dim samples = input.type().shape().dim(0);
    int count =
        samples.isFixed()
            ? Math.toIntExact(input.type().shape().size(0))
            : Math.min(IMAGES, images.size());
    Batches batches = Batches.evaluation(images.limit(count), bench.normalization(), count);
    try (BatchStream stream = batches.all()) {
      Batch batch = stream.next();
      return new Probe(batch.images(), batch.shape());
    }
  }

  /** What a value holds along the positions of an index space, over all images and pixels. */
  record Range(double[] least, double[] most) {
    private static final double TOLERANCE = 1e-9;

    /** Whether {@code position} holds one number everywhere. */
    boolean isConstant(int position) {
      double size = Math.max(1, Math.abs(most[position]));
      return most[position] - least[position] <= TOLERANCE * size;
    }
  }

  /** The outputs of {@code graph}, one after the other. */
  double[] outputs(Graph graph) {
    List<double[]> outputs = new ArrayList<>();
    run(graph, Map.of(), outputs);
    return outputs.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  /**
   * The ranges of values of {@code graph}.
   *
   * @param spaces the index space of each value, by name; it broadcasts to the value's shape
   */
  Map<String, Range> ranges(Graph graph, Map<String, List<Integer>> spaces) {
    Map<String, Range> ranges = new HashMap<>();
    Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
    spaces.forEach(
        (value, space) ->
            taps.put(
                value,
                x -> {
                  ranges.put(value, range(x, space));
                  return x;
                }));
    run(graph, taps, new ArrayList<>());
    return ranges;
  }

  private static Range range(DeviceTensor x, List<Integer> space) {
    long[] axes =
        IntStream.range(0, space.size())
            .filter(axis -> space.get(axis) == 1)
            .mapToLong(axis -> axis)
            .toArray();
    DeviceTensor most = axes.length == 0 ? x : x.max(false, axes);
    DeviceTensor least = axes.length == 0 ? x : x.neg().max(false, axes).neg();
    return new Range(least.toDoubles(), most.toDoubles());
  }

  private void run(
      Graph graph, Map<String, UnaryOperator<DeviceTensor>> taps, List<double[]> outputs) {
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact());
        Scope scope = Scope.open()) {
      Map<String, DeviceTensor> feed =
          Map.of(graph.inputs().getFirst().name(), DeviceTensor.of(images, shape));
      net.forward(feed, Mode.EVAL, Taps.of(taps))
          .values()
          .forEach(output -> outputs.add(output.toDoubles()));
    }
  }
}
