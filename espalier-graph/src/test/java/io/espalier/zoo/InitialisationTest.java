package io.espalier.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitialisationTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "lenet",
        "vgg11",
        "m-cifarnet",
        "resnet8",
        "resnet20",
        "resnet18",
        "resnext20",
        "preresnet20",
        "densenet40",
        "mobilenetv2"
      })
  void redraw_ofANetworkOfTheZoo_isThatOfAnotherSeed(String name) {
    Graph drawn = Initialisation.redraw(Zoo.build(name, 1), 2);
    assertEquals(Zoo.build(name, 2).initializers(), drawn.initializers());
  }

  @Test
  void redraw_ofTransposedConvolution_keepsTheSizeOfTheSignal() {
    // 8 inputs, 2 groups, 4x4 taps, stride 2: an output sums 4 channels at 4 of 16 taps.
    GraphBuilder builder = new GraphBuilder("up");
    builder.input("x", ValueType.floats(1, 8, 4, 4));
    builder.initializer("w", Tensor.floats(new int[] {8, 500, 4, 4}, new float[64000]));
    builder.initializer("b", Tensor.floats(new int[] {1000}, ones(1000)));
    Op op = new Op.ConvTranspose(Window.square(2, 4, 2, 1), 2, List.of(0, 0), List.of());
    String y = builder.add("up", op, "x", "w", "b");
    Graph graph = builder.output(new Port(y, ValueType.floats(1, 1000, 8, 8))).build();
    Graph drawn = Initialisation.redraw(graph, 1);
    assertEquals(2.0 / 16, variance(drawn.weight("w")), 0.003);
    assertArrayEquals(new float[1000], drawn.weight("b").toFloats());
  }

  @Test
  void redraw_keepsTypesAndWhatIsNoLayers() {
    GraphBuilder builder = new GraphBuilder("half");
    builder.input("x", new ValueType(DataType.FLOAT16, ValueType.floats(1, 100).shape()));
    double[] values = new double[10000];
    builder.initializer("w", Tensor.of(DataType.FLOAT16, new int[] {100, 100}, values));
    builder.initializer("scale", Tensor.of(DataType.FLOAT16, new int[] {100}, new double[100]));
    String y = builder.add("linear", new Op.MatMul(), "x", "w");
    y = builder.add("scaled", new Op.Elementwise(io.espalier.graph.Pointwise.MUL), y, "scale");
    Graph graph =
        builder
            .output(new Port(y, new ValueType(DataType.FLOAT16, ValueType.floats(1, 100).shape())))
            .build();
    Graph drawn = Initialisation.redraw(graph, 1);
    assertEquals(DataType.FLOAT16, drawn.weight("w").type());
    assertEquals(0.01, variance(drawn.weight("w")), 0.0005);
    assertEquals(graph.weight("scale"), drawn.weight("scale"));
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double variance(Tensor tensor) {
    return Arrays.stream(tensor.toDoubles()).map(x -> x * x).average().orElseThrow();
  }
}
