package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.TorchNet;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PatchesTest {
  private static Window window(
      List<Integer> kernel, List<Integer> strides, List<Integer> dilations, List<Integer> pads) {
    return new Window(kernel, strides, dilations, pads, Window.AutoPad.NOTSET);
  }

  private static Window same(Window.AutoPad kind) {
    return new Window(List.of(3, 2), List.of(2, 1), List.of(1, 2), List.of(0, 0, 0, 0), kind);
  }

  static Stream<Arguments> layers() {
    ValueType maps = ValueType.floats(2, 4, 7, 6);
    Window uneven = window(List.of(3, 2), List.of(2, 1), List.of(1, 2), List.of(1, 0, 2, 3));
    return Stream.of(
        layer("square", new Op.Conv(Window.square(2, 3, 1, 1), 1), maps, new int[] {5, 4, 3, 3}, 5),
        layer("uneven", new Op.Conv(uneven, 1), maps, new int[] {5, 4, 3, 2}, 5),
        layer("groups", new Op.Conv(uneven, 2), maps, new int[] {6, 2, 3, 2}, 0),
        layer("upper", new Op.Conv(same(Window.AutoPad.SAME_UPPER), 1), maps, w32(), 0),
        layer("lower", new Op.Conv(same(Window.AutoPad.SAME_LOWER), 1), maps, w32(), 3),
        layer(
            "one axis",
            new Op.Conv(window(List.of(4), List.of(3), List.of(2), List.of(2, 1)), 1),
            ValueType.floats(2, 3, 11),
            new int[] {2, 3, 4},
            2),
        layer(
            "three axes",
            new Op.Conv(Window.square(3, 2, 2, 1), 1),
            ValueType.floats(2, 2, 4, 3, 5),
            new int[] {3, 2, 2, 2, 2},
            3),
        layer("gemm", new Op.Gemm(1, 1, false, true), ValueType.floats(3, 5), new int[] {4, 5}, 4),
        layer(
            "columns",
            new Op.Gemm(1, 1, false, false),
            ValueType.floats(3, 5),
            new int[] {5, 4},
            4),
        layer("product", new Op.MatMul(), ValueType.floats(2, 3, 5), new int[] {5, 4}, 0));
  }

  private static int[] w32() {
    return new int[] {3, 4, 3, 2};
  }

  private static Arguments layer(String name, Op op, ValueType input, int[] weight, int bias) {
    return Arguments.of(name, Layers.of(op, input, weight, bias));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void contributionsOfAllInputsAndTheBias_areTheOutput(String name, Graph graph) {
    LinearLayer layer = LinearLayer.of(graph, graph.nodes().getFirst()).orElseThrow();
    int[] shape = LongStream.of(Layers.sizes(graph, "x")).mapToInt(Math::toIntExact).toArray();
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, NetOptions.exact())) {
      DeviceTensor x = DeviceTensor.of(Layers.random(9, shape)).to(DataType.DOUBLE);
      DeviceTensor y = net.forward(x, Mode.EVAL);
      long[] all = LongStream.range(0, layer.patches().count(y.shape())).toArray();
      double[] actual = sumOfContributions(graph, layer, layer.patches().inputs(x, all));
      double[] expected = layer.patches().outputs(y, all).toDoubles();
      assertArrayEquals(expected, actual, 1e-12);
    }
  }

  /** {@code sum_i X_i W_i' + b}, input by input. */
  private static double[] sumOfContributions(Graph graph, LinearLayer layer, DeviceTensor rows) {
    int taps = layer.patches().taps();
    Tensor matrix =
        Tensor.of(
            DataType.DOUBLE,
            new int[] {layer.outputs(), layer.columns()},
            layer.matrix(graph.weight(layer.weight())));
    DeviceTensor w = DeviceTensor.of(matrix).permute(1, 0);
    DeviceTensor sum = null;
    for (int i = 0; i < layer.inputs(); i++) {
      DeviceTensor z =
          rows.narrow(1, (long) i * taps, taps).matmul(w.narrow(0, (long) i * taps, taps));
      sum = sum == null ? z : sum.add(z);
    }
    if (layer.bias().isPresent()) {
      DeviceTensor bias = DeviceTensor.of(graph.weight(layer.bias().get())).to(DataType.DOUBLE);
      sum = sum.add(bias.reshape(1, layer.outputs()));
    }
    return sum.toDoubles();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void matrixForm_goesBackToTheSameWeight(String name, Graph graph) {
    LinearLayer layer = LinearLayer.of(graph, graph.nodes().getFirst()).orElseThrow();
    Tensor weight = graph.weight("w");
    assertEquals(weight, layer.withMatrix(weight, layer.matrix(weight)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void positionsInAnyOrder_pickTheSameRows(String name, Graph graph) {
    LinearLayer layer = LinearLayer.of(graph, graph.nodes().getFirst()).orElseThrow();
    int[] shape = LongStream.of(Layers.sizes(graph, "x")).mapToInt(Math::toIntExact).toArray();
    try (Scope scope = Scope.open()) {
      DeviceTensor x = DeviceTensor.of(Layers.random(4, shape));
      long count = layer.patches().count(Layers.sizes(graph, "layer"));
      long[] all = LongStream.range(0, count).toArray();
      long[] some = {count - 1, 0, count - 1};
      double[] each = layer.patches().inputs(x, some).toDoubles();
      double[] whole = layer.patches().inputs(x, all).toDoubles();
      int d = layer.columns();
      for (int row = 0; row < 3 * shape[0]; row++) {
        int from = (int) (row / 3 * count + some[row % 3]) * d;
        assertArrayEquals(
            Arrays.copyOfRange(whole, from, from + d),
            Arrays.copyOfRange(each, row * d, row * d + d));
      }
    }
  }
}
