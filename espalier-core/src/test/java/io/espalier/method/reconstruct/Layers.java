package io.espalier.method.reconstruct;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.torch.DeviceTensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Networks of a single layer called {@code layer}, from {@code x} to {@code layer}. */
final class Layers {
  private Layers() {}

  /** A layer of {@code op} with seeded weights. */
  static Graph of(Op op, ValueType input, int[] weight, int bias) {
    GraphBuilder builder = new GraphBuilder("single");
    builder.input("x", input);
    builder.initializer("w", random(1, weight));
    if (bias > 0) {
      builder.initializer("b", random(2, bias));
      builder.add("layer", op, "x", "w", "b");
    } else {
      builder.add("layer", op, "x", "w");
    }
    Graph shaped = builder.build();
    return builder.output(new Port("layer", shaped.type("layer").orElseThrow())).build();
  }

  /** Square images in a batch of any size. */
  static Shape batch(int channels, int size) {
    return Shape.of(1, channels, size, size).with(0, Dim.symbol("batch"));
  }

  /** The sizes of a value. */
  static long[] sizes(Graph graph, String value) {
    return graph.shape(value).orElseThrow().dims().stream().mapToLong(Dim::size).toArray();
  }

  static Tensor random(long seed, int... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.floats(shape, values);
  }

  static DeviceTensor matrix(double[][] rows) {
    double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return DeviceTensor.of(
        Tensor.of(DataType.DOUBLE, new int[] {rows.length, rows[0].length}, flat));
  }

  static double[][] uniform(long seed, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      Arrays.setAll(row, i -> random.nextDouble(-1, 1));
    }
    return matrix;
  }

  static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }
}
