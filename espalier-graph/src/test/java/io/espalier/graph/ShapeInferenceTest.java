package io.espalier.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeInferenceTest {
  private static final Dim N = Dim.symbol("N");

  private static Shape batch(long... rest) {
    return new Shape(Stream.concat(Stream.of(N), Arrays.stream(rest).mapToObj(Dim::of)).toList());
  }

  /** The shape of the first output of {@code op} on inputs of the given shapes. */
  private static Shape infer(Op op, Shape... inputs) {
    GraphBuilder builder = new GraphBuilder("test");
    String[] names = new String[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      names[i] = builder.input("in" + i, new ValueType(DataType.FLOAT, inputs[i]));
    }
    Graph graph =
        builder.output(new Port(builder.add("node", op, names), ValueType.floats())).build();
    return graph.shape("node").orElseThrow();
  }

  private static Op.Conv conv(int kernel, int stride, int padding, int groups) {
    return new Op.Conv(Window.square(2, kernel, stride, padding), groups);
  }

  private static Window same(Window.AutoPad kind) {
    Window window = Window.square(2, 3, 2, 0);
    return new Window(window.kernel(), window.strides(), window.dilations(), window.pads(), kind);
  }

  private static Op.Reshape reshape(Long... shape) {
    return new Op.Reshape(List.of(shape), false);
  }

  private static Op.Slice slice(long start, long end, long step) {
    return new Op.Slice(List.of(start), List.of(end), List.of(1), List.of(step));
  }

  static Stream<Arguments> shapes() {
    Shape image = batch(8, 9, 9);
    return Stream.of(
        Arguments.of(conv(3, 2, 1, 1), batch(4, 5, 5), List.of(image, Shape.of(4, 8, 3, 3))),
        Arguments.of(conv(3, 1, 1, 8), batch(8, 9, 9), List.of(image, Shape.of(8, 1, 3, 3))),
        Arguments.of(
            new Op.Conv(same(Window.AutoPad.SAME_UPPER), 1),
            batch(4, 5, 5),
            List.of(image, Shape.of(4, 8, 3, 3))),
        Arguments.of(
            new Op.Conv(same(Window.AutoPad.VALID), 1),
            batch(4, 4, 4),
            List.of(image, Shape.of(4, 8, 3, 3))),
        Arguments.of(
            new Op.ConvTranspose(Window.square(2, 3, 2, 1), 2, List.of(1, 1), List.of()),
            batch(6, 18, 18),
            List.of(image, Shape.of(8, 3, 3, 3))),
        Arguments.of(
            new Op.MaxPool(Window.square(2, 2, 2, 0), true), batch(8, 5, 5), List.of(image)),
        // A window that starts behind the input does not count: 3 positions, not 4.
        Arguments.of(
            new Op.MaxPool(Window.square(2, 1, 4, 1), true), batch(8, 3, 3), List.of(image)),
        Arguments.of(new Op.GlobalPool(false), batch(8, 1, 1), List.of(image)),
        Arguments.of(new Op.Flatten(1), batch(648), List.of(image)),
        Arguments.of(reshape(0L, -1L), batch(648), List.of(image)),
        Arguments.of(reshape(-1L, 648L), batch(648), List.of(image)),
        Arguments.of(reshape(0L, 2L, 4L, 9L, 9L), batch(2, 4, 9, 9), List.of(image)),
        Arguments.of(new Op.Transpose(List.of(0, 2, 3, 1)), batch(9, 9, 8), List.of(image)),
        Arguments.of(slice(-1, Long.MIN_VALUE, -2), batch(4, 9, 9), List.of(image)),
        Arguments.of(slice(2, Long.MAX_VALUE, 3), batch(2, 9, 9), List.of(image)),
        Arguments.of(new Op.Gather(1, List.of(-1), true), batch(9, 9), List.of(image)),
        Arguments.of(new Op.Concat(-3), batch(16, 9, 9), List.of(image, image)),
        Arguments.of(
            new Op.Pad("constant", List.of(0, 1, 0, 0, 0, 2, 0, -1), 0),
            batch(11, 9, 8),
            List.of(image)),
        Arguments.of(
            new Op.Reduce(Op.Reduce.Kind.MEAN, List.of(2, -1), false), batch(8), List.of(image)),
        Arguments.of(new Op.Squeeze(List.of(-1)), batch(8), List.of(batch(8, 1))),
        Arguments.of(new Op.Unsqueeze(List.of(-1, 1)), batch(1, 8, 1), List.of(batch(8))),
        Arguments.of(
            new Op.Elementwise(Pointwise.MUL), image, List.of(image, Shape.of(1, 8, 1, 1))),
        Arguments.of(new Op.Gemm(1, 1, false, true), batch(5), List.of(batch(8), Shape.of(5, 8))),
        Arguments.of(new Op.MatMul(), batch(9, 5), List.of(batch(9, 8), Shape.of(8, 5))),
        Arguments.of(new Op.DepthToSpace(2, false), batch(2, 18, 18), List.of(image)),
        Arguments.of(new Op.SpaceToDepth(3), batch(72, 3, 3), List.of(image)),
        Arguments.of(
            new Op.Resize(
                "nearest",
                "asymmetric",
                "floor",
                -0.75,
                false,
                List.of(),
                List.of(-1L, 8L, 4L, 4L)),
            batch(8, 4, 4),
            List.of(image)),
        Arguments.of(new Op.Expand(List.of(3L, 1L)), Shape.of(3, 4), List.of(Shape.of(1, 4))));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void operator_onKnownInputs_hasTheShapeOfOnnx(Op op, Shape expected, List<Shape> inputs) {
    assertEquals(expected, infer(op, inputs.toArray(Shape[]::new)));
  }

  static Stream<Arguments> mistakes() {
    Shape image = Shape.of(1, 8, 9, 9);
    Shape vector = Shape.of(8);
    return Stream.of(
        Arguments.of(conv(3, 1, 1, 1), "6", "8", List.of(image, Shape.of(4, 6, 3, 3))),
        Arguments.of(conv(3, 1, 1, 1), "4", "[4, 8, 3]", List.of(image, Shape.of(4, 8, 3))),
        Arguments.of(conv(3, 1, 1, 1), "4", "5", List.of(image, Shape.of(4, 8, 3, 3), Shape.of(5))),
        Arguments.of(
            new Op.BatchNorm(1e-5, 0.9),
            "8",
            "7",
            List.of(image, vector, vector, Shape.of(7), vector)),
        Arguments.of(
            new Op.Gemm(1, 1, false, false), "9", "8", List.of(Shape.of(2, 9), Shape.of(8, 3))),
        Arguments.of(reshape(5L, -1L), "a multiple of 5", "648", List.of(image)),
        Arguments.of(new Op.Concat(1), "9", "10", List.of(image, Shape.of(1, 8, 10, 9))),
        Arguments.of(new Op.Split(1, List.of(3, 4)), "1 sizes", "[3, 4]", List.of(image)),
        Arguments.of(
            new Op.MaxPool(Window.square(2, 10, 1, 0), false), "10 or more", "9", List.of(image)));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void operator_onInputsThatDoNotFit_saysNodeExpectedAndGot(
      Op op, String expected, String got, List<Shape> inputs) {
    GraphException error =
        assertThrows(GraphException.class, () -> infer(op, inputs.toArray(Shape[]::new)));
    assertTrue(error.getMessage().startsWith("node 'node' ("), error.getMessage());
    assertTrue(error.getMessage().contains("expected " + expected), error.getMessage());
    assertTrue(error.getMessage().contains(got), error.getMessage());
  }

  @Test
  void hugeSizes_areAnErrorAndDoNotOverflow() {
    long huge = 1L << 62;
    assertThrows(GraphException.class, () -> infer(reshape(-1L), Shape.of(huge, huge)));
    assertThrows(
        GraphException.class, () -> infer(new Op.Concat(0), Shape.of(huge), Shape.of(huge)));
  }

  @Test
  void dynamicSpatialAxes_flowThroughWhatKeepsThem() {
    Shape image = new Shape(List.of(N, Dim.of(8), Dim.symbol("H"), Dim.symbol("W")));
    Shape weight = Shape.of(8, 8, 3, 3);
    assertEquals(image, infer(conv(3, 1, 1, 1), image, weight));
    assertEquals(Dim.unknown(), infer(conv(3, 2, 1, 1), image, weight).dim(2));
  }

  @Test
  void opaqueOutput_takesTheHintAndKeepsItInABuilderFromTheGraph() {
    GraphBuilder builder = new GraphBuilder("test");
    builder.input("x", ValueType.floats(1, 2));
    Op opaque = new Op.Opaque("", "Odd", List.of(), Bytes.copyOf(new byte[0]), "not modelled");
    builder.add("odd", opaque, "x");
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "odd");
    builder.hint("odd", ValueType.floats(3, 4)).output(new Port("relu", ValueType.floats(3, 4)));
    Graph graph = builder.build();
    assertEquals(Shape.of(3, 4), graph.shape("relu").orElseThrow());
    assertEquals(graph, GraphBuilder.from(graph).build());
  }
}
