package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Bytes;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchNetTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void gradients_inDouble_equalFiniteDifferences() {
    double step = 1e-6;
    DeviceTensor batch = TestNets.batch(7, 5);
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.exact())) {
      loss(net, batch).backward();
      for (Map.Entry<String, DeviceTensor> parameter : net.parameters().entrySet()) {
        Tensor value = parameter.getValue().toHost();
        double[] gradient = parameter.getValue().grad().toDoubles();
        for (int i = 0; i < value.elements(); i += 1 + value.elements() / 5) {
          double up = lossWith(net, batch, parameter.getKey(), value, i, step);
          double down = lossWith(net, batch, parameter.getKey(), value, i, -step);
          net.load(Map.of(parameter.getKey(), value));
          assertEquals((up - down) / (2 * step), gradient[i], 1e-7, parameter.getKey() + i);
        }
      }
    }
  }

  private static double lossWith(
      TorchNet net, DeviceTensor batch, String name, Tensor value, int index, double change) {
    double[] values = value.toDoubles();
    values[index] += change;
    net.load(Map.of(name, value.withValues(values)));
    return loss(net, batch).item();
  }

  private static DeviceTensor loss(TorchNet net, DeviceTensor batch) {
    DeviceTensor labels = TestNets.labels((int) batch.size(0));
    return Losses.crossEntropy(net.forward(batch, Mode.TRAIN), labels, 0.1);
  }

  @Test
  void parameters_ofResidualNet_areWeightsAndNotStatistics() {
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults())) {
      assertEquals(
          List.of(
              "conv.weight",
              "norm.scale",
              "norm.bias",
              "dw.weight",
              "dw.bias",
              "fc.weight",
              "fc.bias"),
          List.copyOf(net.parameters().keySet()));
      assertEquals(Set.of("norm.mean", "norm.variance"), net.buffers().keySet());
      assertEquals(Set.of("norm.scale", "norm.bias", "dw.bias", "fc.bias"), net.normAndBias());
    }
  }

  @Test
  void constants_beforeFirstLayerAndSingleNumbers_doNotTrain() {
    GraphBuilder builder = TestNets.images("constants", 2);
    int[] perChannel = {1, 2, 1, 1};
    builder.initializer("mean", Tensor.floats(perChannel, 1, 2));
    builder.initializer("shift", Tensor.floats(perChannel, 1, 2));
    builder.initializer("w", TestNets.randomTensor(1, 2, 2, 1, 1));
    builder.initializer("half", Tensor.floats(new int[0], 0.5f));
    builder.initializer("scale", Tensor.floats(perChannel, 1, 2));
    builder.add("centred", new Op.Elementwise(Pointwise.SUB), "x", "mean");
    builder.add("shifted", new Op.Elementwise(Pointwise.ADD), "centred", "shift");
    builder.add("conv", new Op.Conv(Window.square(2, 1, 1, 0), 1), "shifted", "w");
    builder.add("halved", new Op.Elementwise(Pointwise.MUL), "conv", "half");
    builder.add("y", new Op.Elementwise(Pointwise.MUL), "halved", "scale");
    Graph graph = builder.output(TestNets.output("y", 2, 8, 8)).build();
    try (TorchNet net = TorchNet.of(graph, NetOptions.defaults())) {
      assertEquals(Set.of("w", "scale"), net.parameters().keySet());
    }
  }

  @Test
  void weight_readByTwoNodes_isOneParameterWithBothGradients() {
    GraphBuilder builder = TestNets.images("shared", 2);
    builder.initializer("w", TestNets.randomTensor(1, 2, 2, 1, 1));
    builder.add("a", new Op.Conv(Window.square(2, 1, 1, 0), 1), "x", "w");
    builder.add("y", new Op.Conv(Window.square(2, 1, 1, 0), 1), "a", "w");
    Graph graph = builder.output(TestNets.output("y", 2, 8, 8)).build();
    try (TorchNet net = TorchNet.of(graph, NetOptions.exact())) {
      DeviceTensor batch = TestNets.batch(1, 2);
      net.forward(batch, Mode.TRAIN).sum().backward();
      double[] gradient = net.parameters().get("w").grad().toDoubles();
      Tensor w = graph.weight("w");
      double[] moved = w.toDoubles();
      moved[1] += 1e-4;
      double before = net.forward(batch, Mode.EVAL).sum().item();
      Tensor wide = Tensor.of(DataType.DOUBLE, w.shape(), moved);
      net.load(Map.of("w", wide));
      double after = net.forward(batch, Mode.EVAL).sum().item();
      assertEquals((after - before) / 1e-4, gradient[1], 0.05);
      assertEquals(1, net.parameters().size());
    }
  }

  @Test
  void bfloat16_ofResidualNet_isNearFloat() {
    DeviceTensor batch = TestNets.batch(3, 4);
    try (TorchNet full = TorchNet.of(TestNets.residual(), NetOptions.defaults());
        TorchNet half =
            TorchNet.of(
                TestNets.residual(), NetOptions.defaults().withPrecision(Precision.BFLOAT16))) {
      DeviceTensor output = half.forward(batch, Mode.EVAL);
      float[] expected = full.forward(batch, Mode.EVAL).toFloats();
      assertEquals(DataType.FLOAT, output.type());
      assertArrayEquals(expected, output.toFloats(), 0.05f);
      assertFalse(Arrays.equals(expected, output.toFloats()), "bfloat16 was not used");
    }
  }

  @Test
  void eval_withoutScope_leavesOutputsToCaller() {
    scope.close();
    DeviceTensor batch = TestNets.batch(3, 4);
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults());
        DeviceTensor logits = net.forward(batch, Mode.EVAL)) {
      assertArrayEquals(new long[] {4, 3}, logits.shape());
      assertFalse(logits.requiresGrad());
    }
    batch.close();
    scope = Scope.open();
  }

  @Test
  void toGraph_afterChange_sharesUntouchedAndKeepsStorageType() {
    GraphBuilder builder = GraphBuilder.from(TestNets.residual());
    Tensor half = Tensor.of(DataType.FLOAT16, new int[] {3}, 0.1, 0.2, 0.3);
    builder.initializer("fc.bias", half);
    Graph graph = builder.build();
    try (TorchNet net = TorchNet.of(graph, NetOptions.defaults())) {
      assertSame(graph.weight("fc.bias"), net.toGraph().weight("fc.bias"));
      net.load(Map.of("fc.bias", Tensor.floats(new int[] {3}, 1, 2, 3)));
      Graph changed = net.toGraph();
      Tensor expected = Tensor.of(DataType.FLOAT16, new int[] {3}, 1, 2, 3);
      assertEquals(expected, changed.weight("fc.bias"));
      assertNotSame(graph.weight("fc.bias"), changed.weight("fc.bias"));
      assertSame(graph.weight("conv.weight"), changed.weight("conv.weight"));
    }
  }

  @Test
  void load_ofWrongShapeOrName_changesNothing() {
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults())) {
      Map<String, Tensor> before = net.state();
      Tensor three = Tensor.floats(new int[] {3}, 1, 2, 3);
      Map<String, Tensor> bad = Map.of("fc.bias", three, "norm.bias", three);
      String message =
          assertThrows(IllegalArgumentException.class, () -> net.load(bad)).getMessage();
      assertEquals("weight 'norm.bias' is [4], but got [3]", message);
      assertThrows(IllegalArgumentException.class, () -> net.load(Map.of("none", three)));
      assertEquals(before, net.state());
    }
  }

  @Test
  void opaqueNode_atLoading_isNamed() {
    GraphBuilder builder = TestNets.images("opaque", 2);
    Bytes payload = Bytes.copyOf(new byte[0]);
    Op op = new Op.Opaque("", "NonMaxSuppression", List.of(), payload, "it is not modelled");
    builder.hint("y", ValueType.floats(1)).add("y", op, "x");
    Graph graph = builder.output(TestNets.output("y")).build();
    String message =
        assertThrows(
                UnsupportedNodeException.class, () -> TorchNet.of(graph, NetOptions.defaults()))
            .getMessage();
    assertEquals(
        "node 'y' (NonMaxSuppression) cannot run on libtorch: it is not modelled; "
            + "ONNX Runtime can still run this network",
        message);
  }

  @Test
  void nativeError_inNode_isOneLineWithItsName() {
    DeviceTensor wrong = DeviceTensor.ones(1, 3, 8, 8);
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults())) {
      String message =
          assertThrows(TorchException.class, () -> net.forward(wrong, Mode.EVAL)).getMessage();
      assertTrue(message.startsWith("node 'conv' (Conv): "), message);
      assertEquals(-1, message.indexOf('\n'));
      assertNotEquals(0, net.forward(TestNets.batch(1, 1), Mode.EVAL).elements());
    }
  }

  @Test
  void missingInput_isNamed() {
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults())) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> net.forward(Map.of(), Mode.EVAL, Taps.none()))
              .getMessage();
      assertEquals("residual needs the input 'x', but got []", message);
    }
  }
}
