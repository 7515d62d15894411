package io.espalier.onnx;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Networks of one node, for every operator and its variants. */
public final class OpSamples {
  /** The opsets at which some operator changed. */
  public static final List<Integer> OPSETS = List.of(7, 8, 9, 10, 11, 12, 13, 14, 17, 18, 19, 21);

  private static final Window WINDOW =
      new Window(
          List.of(3, 2), List.of(2, 1), List.of(1, 2), List.of(1, 0, 0, 1), Window.AutoPad.NOTSET);
  private static final Window SMALL = Window.square(2, 3, 2, 1);
  private static final Window SAME =
      new Window(
          List.of(3, 3),
          List.of(2, 2),
          List.of(1, 1),
          List.of(0, 0, 0, 0),
          Window.AutoPad.SAME_LOWER);

  private final List<Graph> samples = new ArrayList<>();
  private final Random random = new Random(5);
  private final int opset;

  private OpSamples(int opset) {
    this.opset = opset;
  }

  /** The samples as networks of the given opset, with an input x {@code [N, 4, 6, 6]}. */
  public static List<Graph> at(int opset) {
    OpSamples samples = new OpSamples(opset);
    samples.windows();
    samples.numbers();
    samples.pointwise();
    samples.layout();
    samples.resizes();
    return samples.samples;
  }

  private void windows() {
    add(new Op.Conv(WINDOW, 2), weight(6, 2, 3, 2), weight(6));
    add(new Op.Conv(SAME, 4), weight(4, 1, 3, 3));
    add(new Op.ConvTranspose(SMALL, 2, List.of(1, 1), List.of()), weight(4, 3, 3, 3), weight(6));
    add(new Op.MaxPool(SMALL, false));
    add(new Op.MaxPool(WINDOW, true));
    add(new Op.AveragePool(SMALL, false, true));
    add(new Op.AveragePool(SMALL, true, false));
    add(new Op.AveragePool(WINDOW, false, false));
    add(new Op.GlobalPool(false));
    add(new Op.GlobalPool(true));
    add(new Op.DepthToSpace(2, false));
    add(new Op.DepthToSpace(2, true));
    add(new Op.SpaceToDepth(3));
  }

  private void numbers() {
    add(new Op.BatchNorm(1e-3, 0.8), weight(4), weight(4), weight(4), positive(4));
    add(new Op.InstanceNorm(1e-4), weight(4), weight(4));
    add(new Op.LayerNorm(-1, 1e-6), weight(6), weight(6));
    add(new Op.Lrn(3, 0.01, 0.6, 2));
    add(new Op.MatMul(), weight(6, 5));
    add(new Op.Cast(DataType.DOUBLE));
    add(new Op.Dropout(0.25));
    // Axes count from the front before opset 11.
    add(new Op.Softmax(opset < 11 ? 3 : -1, false, false));
    add(new Op.Softmax(1, true, false));
    if (opset < 13) {
      add(new Op.Softmax(1, false, true));
    }
    for (Op.Reduce.Kind kind : Op.Reduce.Kind.values()) {
      add(new Op.Reduce(kind, List.of(1, 3), kind.ordinal() % 2 == 0));
    }
    Tensor scale = Tensor.floats(new int[0], 0.05f);
    add(new Op.Quantize(1), scale, Tensor.of(DataType.UINT8, new int[0], 7.0));
    add(
        new Op.Quantize(1),
        positive(4),
        Tensor.of(DataType.INT8, new int[] {4}, 1.0, 2.0, 3.0, 4.0));
  }

  private void pointwise() {
    for (Pointwise kind : Pointwise.values()) {
      switch (kind) {
        case AND, OR, XOR, NOT, WHERE -> {}
        case CLIP -> {
          add(new Op.Elementwise(kind, List.of(-0.5, 6.0)));
          add(new Op.Elementwise(kind, List.of(Double.NEGATIVE_INFINITY, 0.1)));
          add(new Op.Elementwise(kind, List.of(0.0, Double.POSITIVE_INFINITY)));
          add(new Op.Elementwise(kind));
        }
        case MOD -> add(new Op.Elementwise(kind, List.of(1.0)), positive(4, 1, 1));
        case GELU -> {
          add(new Op.Elementwise(kind));
          add(new Op.Elementwise(kind, List.of(1.0)));
        }
        default -> {
          Tensor[] others = kind.arity() == 1 ? new Tensor[0] : new Tensor[] {positive(4, 1, 1)};
          add(new Op.Elementwise(kind), others);
          if (!kind.parameterNames().isEmpty()) {
            List<Double> parameters = kind.parameterNames().stream().map(name -> 0.3).toList();
            add(new Op.Elementwise(kind, parameters), others);
          }
        }
      }
    }
  }

  private void layout() {
    add(new Op.Concat(1), weight(2, 3, 6, 6));
    add(new Op.Slice(List.of(1L), List.of(-1L), List.of(2), List.of(1L)));
    add(new Op.Slice(List.of(-1L), List.of(Long.MIN_VALUE), List.of(3), List.of(-2L)));
    add(new Op.Gather(1, List.of(3, 0, 1), false));
    add(new Op.Gather(1, List.of(2), true));
    add(new Op.Pad("constant", List.of(0, 1, 0, 2, 0, 0, 1, 0), 0.5));
    add(new Op.Pad("reflect", List.of(0, 0, 2, 1, 0, 0, 1, 2), 0));
    add(new Op.Pad("edge", List.of(0, 0, 2, 1, 0, 0, 1, 2), 0));
    ranking(new Op.TopK(1, 3, true));
    ranking(new Op.TopK(-1, 2, opset < 11));
    add(new Op.Flatten(1));
    add(new Op.Reshape(List.of(0L, -1L), false));
    add(new Op.Reshape(List.of(0L, 2L, 2L, 6L, 6L), false));
    add(new Op.Transpose(List.of(0, 2, 3, 1)));
    add(new Op.Unsqueeze(List.of(1, 4)));
    add(new Op.Expand(List.of(3L, 1L, 1L, 1L, 1L)));
    split(new Op.Split(1, List.of(1, 3)));
    chain(new Op.GlobalPool(false), new Op.Squeeze(List.of(2, 3)));
    chain(new Op.Flatten(1), new Op.Gemm(0.5, 2, false, false), weight(144, 3), weight(3));
    chain(new Op.Flatten(1), new Op.Gemm(1, 1, false, true), weight(3, 144));
  }

  private void resizes() {
    List<Double> twice = List.of(1.0, 1.0, 2.0, 3.0);
    List<Double> half = List.of(1.0, 1.0, 0.5, 0.5);
    resize("nearest", "asymmetric", "floor", twice, List.of());
    resize("nearest", "asymmetric", "ceil", half, List.of());
    resize("linear", "asymmetric", "floor", twice, List.of());
    resize("linear", "half_pixel", "round_prefer_floor", twice, List.of());
    resize("cubic", "align_corners", "round_prefer_floor", List.of(), List.of(-1L, 4L, 9L, 5L));
    resize("nearest", "half_pixel", "round_prefer_ceil", List.of(), List.of(-1L, 4L, 5L, 12L));
  }

  private void resize(
      String mode, String coordinates, String nearest, List<Double> scales, List<Long> sizes) {
    add(new Op.Resize(mode, coordinates, nearest, -0.75, false, scales, sizes));
  }

  private void add(Op op, Tensor... weights) {
    GraphBuilder builder = builder(op);
    samples.add(finish(builder, op, "x", weights));
  }

  private void chain(Op first, Op second, Tensor... weights) {
    GraphBuilder builder = builder(second);
    builder.add("first", first, "x");
    samples.add(finish(builder, second, "first", weights));
  }

  private void split(Op.Split op) {
    GraphBuilder builder = builder(op);
    builder.add(new Node("split", op, List.of("x"), List.of("y", "z")));
    Shape any = Shape.of(2, 1, 6, 6);
    builder.output(new Port("y", new ValueType(DataType.FLOAT, any)));
    builder.output(new Port("z", new ValueType(DataType.FLOAT, any)));
    samples.add(Outputs.refine(builder.build()));
  }

  private void ranking(Op.TopK op) {
    GraphBuilder builder = builder(op);
    builder.add(new Node("rank", op, List.of("x"), List.of("y", "z")));
    builder.output(new Port("y", new ValueType(DataType.FLOAT, TypeReader.NO_SHAPE)));
    builder.output(new Port("z", new ValueType(DataType.INT64, TypeReader.NO_SHAPE)));
    samples.add(Outputs.refine(builder.build()));
  }

  private GraphBuilder builder(Op op) {
    Header header =
        new Header(
            opset < 9 ? 3 : 8,
            Map.of("", (long) opset),
            "test",
            "1",
            "a sample",
            Map.of("key", "value"));
    GraphBuilder builder = new GraphBuilder(op.label()).header(header);
    Dim batch = op instanceof Op.Concat ? Dim.of(2) : Dim.symbol("N");
    Shape shape = new Shape(List.of(batch, Dim.of(4), Dim.of(6), Dim.of(6)));
    builder.input("x", new ValueType(DataType.FLOAT, shape));
    return builder;
  }

  private static Graph finish(GraphBuilder builder, Op op, String input, Tensor... weights) {
    List<String> inputs = new ArrayList<>(List.of(input));
    for (Tensor weight : weights) {
      inputs.add(builder.initializer("w" + inputs.size(), weight));
    }
    builder.add(new Node("node", op, inputs, List.of("y")));
    builder.output(new Port("y", new ValueType(DataType.FLOAT, TypeReader.NO_SHAPE)));
    return Outputs.refine(builder.build());
  }

  private Tensor weight(int... shape) {
    return numbers(-1, shape);
  }

  private Tensor positive(int... shape) {
    return numbers(0.2f, shape);
  }

  private Tensor numbers(float low, int... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat(low, 1);
    }
    return Tensor.floats(shape, values);
  }
}
