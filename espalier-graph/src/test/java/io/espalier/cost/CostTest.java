package io.espalier.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Bytes;
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
import java.util.List;
import org.junit.jupiter.api.Test;

class CostTest {
  private static final Op RELU = new Op.Elementwise(Pointwise.RELU);

  @Test
  void of_convolutionWithGroups_countsTapsOfOneGroup() {
    GraphBuilder builder = images(Dim.symbol("batch"), Dim.of(5), Dim.of(7));
    weight(builder, "w", 6, 2, 3, 3);
    weight(builder, "b", 6);
    builder.add("conv", new Op.Conv(Window.square(2, 3, 2, 1), 2), "x", "w", "b");
    Cost cost = Cost.of(ending(builder, "conv"));
    // 5x7 with pad 1 and stride 2 gives 3x4 positions: 6 * 12 outputs, 2 * 9 taps each
    assertEquals(6 * 12 * 18, cost.macs());
    assertEquals(2 * 6 * 12 * 18, cost.flops());
    assertEquals(6 * 12 * 19, cost.macsWithBias());
    assertEquals(6 * 2 * 9 + 6, cost.params());
    assertEquals(4 * 6 * 12, cost.activationBytes());
  }

  @Test
  void of_transposedConvolution_countsTapsPerInput() {
    GraphBuilder builder = images(Dim.of(1), Dim.of(5), Dim.of(7));
    weight(builder, "w", 4, 3, 2, 2);
    Window window = Window.square(2, 2, 2, 0);
    builder.add("up", new Op.ConvTranspose(window, 2, List.of(0, 0), List.of()), "x", "w");
    Cost cost = Cost.of(ending(builder, "up"));
    // each of 4 * 35 inputs meets 3 * 4 taps; outputs: 6 * 10 * 14
    assertEquals(4 * 35 * 12, cost.macs());
    assertEquals(4 * 35 * 12 + 6 * 140, cost.macsWithBias());
  }

  @Test
  void of_fixedBatch_isDividedOut() {
    GraphBuilder builder = images(Dim.of(8), Dim.of(5), Dim.of(7));
    weight(builder, "w", 6, 4, 1, 1);
    builder.add("conv", new Op.Conv(Window.square(2, 1, 1, 0), 1), "x", "w");
    Cost cost = Cost.of(ending(builder, "conv"));
    assertEquals(6 * 4 * 35, cost.macs());
    assertEquals(4 * 6 * 35, cost.activationBytes());
  }

  @Test
  void of_linearLayers_countWeightElements() {
    GraphBuilder builder = new GraphBuilder("net");
    builder.input("x", matrix(Dim.symbol("n"), 10));
    weight(builder, "w1", 20, 10);
    weight(builder, "b1", 20);
    weight(builder, "w2", 20, 5);
    builder.add("gemm", new Op.Gemm(1, 1, false, true), "x", "w1", "b1");
    builder.add("relu", RELU, "gemm");
    builder.add("matmul", new Op.MatMul(), "relu", "w2");
    Cost cost = Cost.of(ending(builder, "matmul"));
    assertEquals(200 + 100, cost.macs());
    assertEquals(220 + 105, cost.macsWithBias());
    assertEquals(220 + 100, cost.params());
    assertEquals(0, cost.byName().get("relu").macs());
  }

  @Test
  void of_productOfActivations_isNotCounted() {
    GraphBuilder builder = new GraphBuilder("net");
    builder.input("a", ValueType.floats(2, 3, 4));
    builder.input("b", ValueType.floats(2, 4, 5));
    builder.add("product", new Op.MatMul(), "a", "b");
    assertEquals(0, Cost.of(ending(builder, "product")).macs());
  }

  @Test
  void of_batchNorm_countsScaleAndBiasOnly() {
    GraphBuilder builder = images(Dim.of(1), Dim.of(2), Dim.of(2));
    List.of("scale", "bias", "mean", "variance").forEach(name -> weight(builder, name, 4));
    builder.add("bn", new Op.BatchNorm(1e-5, 0.9), "x", "scale", "bias", "mean", "variance");
    assertEquals(8, Cost.of(ending(builder, "bn")).params());
  }

  @Test
  void of_weightOfTwoReaders_isOneParameter() {
    GraphBuilder builder = images(Dim.of(1), Dim.of(2), Dim.of(2));
    weight(builder, "w", 4, 4, 1, 1);
    Op conv = new Op.Conv(Window.square(2, 1, 1, 0), 1);
    builder.add("first", conv, "x", "w");
    builder.add("second", conv, "first", "w");
    Cost cost = Cost.of(ending(builder, "second"));
    assertEquals(16, cost.params());
    assertEquals(2 * 4 * 16, cost.macs());
  }

  @Test
  void of_quantizedWeight_countsAsWeight() {
    GraphBuilder builder = new GraphBuilder("net");
    builder.input("x", ValueType.floats(1, 10));
    builder.initializer("q", Tensor.of(DataType.INT8, new int[] {10, 3}, new double[30]));
    builder.initializer("scale", Tensor.floats(new int[] {}, 0.5f));
    builder.add("w", new Op.Dequantize(1), "q", "scale");
    builder.add("matmul", new Op.MatMul(), "x", "w");
    Cost cost = Cost.of(ending(builder, "matmul"));
    assertEquals(30, cost.macs());
    assertEquals(31, cost.params());
  }

  @Test
  void of_dynamicImage_namesInputAndOption() {
    GraphBuilder builder = images(Dim.symbol("batch"), Dim.symbol("height"), Dim.of(7));
    weight(builder, "w", 6, 4, 1, 1);
    builder.add("conv", new Op.Conv(Window.square(2, 1, 1, 0), 1), "x", "w");
    Graph graph = ending(builder, "conv");
    Exception e = assertThrows(IllegalArgumentException.class, () -> Cost.of(graph));
    assertTrue(e.getMessage().contains("'x' has the shape [batch, 4, height, 7]"), e.getMessage());
    assertTrue(e.getMessage().contains("--input"), e.getMessage());
  }

  @Test
  void of_layerBehindUnknownOperator_isListedAsUncounted() {
    GraphBuilder builder = images(Dim.of(1), Dim.of(5), Dim.of(7));
    weight(builder, "w", 6, 4, 1, 1);
    Op odd = new Op.Opaque("my.domain", "Odd", List.of(), Bytes.copyOf(new byte[0]), "not ONNX");
    builder.add("odd", odd, "x");
    builder.add("conv", new Op.Conv(Window.square(2, 1, 1, 0), 1), "odd", "w");
    Cost cost = Cost.of(ending(builder, "conv"));
    assertEquals(List.of("conv"), cost.uncounted());
    assertEquals(0, cost.macs());
    assertEquals(24, cost.params());
  }

  private static GraphBuilder images(Dim batch, Dim height, Dim width) {
    GraphBuilder builder = new GraphBuilder("net");
    Shape shape = new Shape(List.of(batch, Dim.of(4), height, width));
    builder.input("x", new ValueType(DataType.FLOAT, shape));
    return builder;
  }

  private static ValueType matrix(Dim rows, long columns) {
    return new ValueType(DataType.FLOAT, new Shape(List.of(rows, Dim.of(columns))));
  }

  private static void weight(GraphBuilder builder, String name, int... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    builder.initializer(name, Tensor.floats(shape, values));
  }

  /** The network with the output {@code value}, declared with the shape that inference finds. */
  private static Graph ending(GraphBuilder builder, String value) {
    Graph open = builder.build();
    ValueType unknown = new ValueType(DataType.FLOAT, new Shape(List.of()));
    builder.output(new Port(value, open.type(value).orElse(unknown)));
    return builder.build();
  }
}
