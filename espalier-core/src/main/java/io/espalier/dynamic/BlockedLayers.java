package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.Window;
import io.espalier.onnx.OpaqueOps;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Layers in the layout that ONNX Runtime itself turns convolutions into on a CPU: {@code [N, C / B,
 * H, W, B]} under the shape {@code [N, C, H, W]}, with weights {@code [O / B, I / B, h, w, B, B]}.
 * Whole blocks of channels lie together, so that gathering them moves long runs of memory, and the
 * runtime's fastest kernels take computed weights. The operators are ONNX Runtime's own (domain
 * {@value #DOMAIN}), and {@code B} is 16 on processors with AVX-512 and 8 on those without.
 */
final class BlockedLayers {
  static final String DOMAIN = "com.microsoft.nchwc";

  private BlockedLayers() {}

  /** True if {@code gate}'s layer can run so, given blocks of {@code block} channels. */
  static boolean fits(Graph graph, ChannelGate gate, int block) {
    Op.Conv conv = (Op.Conv) graph.node(gate.layer()).orElseThrow().op();
    return conv.window().rank() == 2
        && gate.channels() % block == 0
        && isImage(graph, gate.input(), block)
        && isImage(graph, gate.output(), block);
  }

  private static boolean isImage(Graph graph, String value, int block) {
    Optional<Shape> shape = graph.shape(value);
    return shape.isPresent()
        && shape.get().rank() == 4
        && shape.get().dims().subList(1, 4).stream().allMatch(Dim::isFixed)
        && shape.get().size(1) % block == 0;
  }

  static String reordered(String value, CompactNodes to) {
    return to.add("blocked", op("ReorderInput", Map.of()), value);
  }

  private static Op op(String type, Map<String, ?> attributes) {
    return OpaqueOps.of(DOMAIN, type, attributes);
  }

  /**
   * Adds a convolution of the blocks in use on both sides; see {@link PackedLayers#conv}.
   *
   * @param input the shape of what it reads, unpacked
   * @param positive whether a ReLU follows
   */
  static String conv(
      FoldedLayer layer,
      String x,
      Shape input,
      Optional<Packing> reads,
      Packing makes,
      boolean positive,
      CompactNodes to) {
    int block = makes.block();
    int rows = makes.count();
    int columns = layer.inputs() / block;
    int piece = block * block * layer.taps();
    Tensor weight = blocked(layer, block);
    String pieces;
    if (reads.isPresent()) {
      String all = to.constant("weight", weight.reshape(rows * columns, piece));
      String first = to.unsqueeze(makes.blocks(), List.of(1));
      String row = to.pointwise(Pointwise.MUL, first, to.longs(columns));
      pieces = to.gather(all, 0, to.pointwise(Pointwise.ADD, row, reads.get().blocks()));
    } else {
      String all = to.constant("weight", weight.reshape(rows, columns * piece));
      pieces = to.gather(all, 0, makes.blocks());
    }
    Tensor bias = Tensor.of(DataType.FLOAT, new int[] {layer.outputs()}, layer.bias());
    String shift = to.gather(to.constant("bias", bias), 0, makes.rows());
    Map<String, Object> attributes = window(((Op.Conv) layer.conv().op()).window(), input);
    attributes.put("group", 1);
    if (positive) {
      attributes.put("activation", "Relu");
    }
    return to.add("conv", op("Conv", attributes), x, shaped(layer, pieces, makes, to), shift);
  }

  /** The gathered pieces under the shape {@code [used, inputs, h, w]}. */
  private static String shaped(FoldedLayer layer, String pieces, Packing makes, CompactNodes to) {
    String used = to.add("shape", OpaqueOps.of("Shape", Map.of()), makes.rows());
    Long[] kernel = layer.kernel();
    String shape = to.add("shape", new Op.Concat(0), used, to.longs(-1, kernel[0], kernel[1]));
    return to.add("weight", OpaqueOps.of("Reshape", Map.of()), pieces, shape);
  }

  private static Tensor blocked(FoldedLayer layer, int block) {
    float[] from = layer.weight().toFloats();
    float[] to = new float[from.length];
    int columns = layer.inputs();
    int taps = layer.taps();
    for (int o = 0; o < layer.outputs(); o++) {
      for (int i = 0; i < columns; i++) {
        for (int t = 0; t < taps; t++) {
          int piece = (o / block * (columns / block) + i / block) * taps + t;
          int at = (piece * block + i % block) * block + o % block;
          to[at] = from[(o * columns + i) * taps + t];
        }
      }
    }
    return layer.weight().withValues(to);
  }

  private static Map<String, Object> window(Window window, Shape input) {
    List<Long> sizes = List.of(input.size(2), input.size(3));
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", window.kernel());
    attributes.put("strides", window.strides());
    attributes.put("dilations", window.dilations());
    attributes.put("pads", window.padsFor(sizes));
    return attributes;
  }

  /**
   * Multiplies each channel by its factor.
   *
   * @param factors value {@code [N, used]}, or {@code [N, used / B]} with one factor a block
   * @param shared whether there is one factor a block
   * @param shape of the whole value
   */
  static void scale(
      String y,
      String factors,
      boolean shared,
      Shape shape,
      int block,
      String output,
      CompactNodes to) {
    long positions = shape.size(2) * shape.size(3);
    String flat =
        shared
            ? to.reshape(y, 0L, -1L, block * positions)
            : to.reshape(y, 0L, -1L, positions, (long) block);
    String each =
        shared ? to.unsqueeze(factors, List.of(2)) : to.reshape(factors, 0L, -1L, 1L, (long) block);
    String product = to.pointwise(Pointwise.MUL, flat, each);
    to.reshaped(output, product, 0L, -1L, shape.size(2), shape.size(3));
  }

  /** {@code node} on a value in this layout, where there is such an operator. */
  static Optional<Node> carried(Node node, Shape input) {
    return switch (node.op()) {
      case Op.Elementwise op -> Optional.of(node);
      case Op.Cast op -> Optional.of(node);
      case Op.Dropout op -> Optional.of(node);
      case Op.GlobalPool op ->
          Optional.of(node.withOp(op(op.max() ? "GlobalMaxPool" : "GlobalAveragePool", Map.of())));
      case Op.MaxPool op when !op.ceil() ->
          Optional.of(node.withOp(op("MaxPool", window(op.window(), input))));
      case Op other -> Optional.empty();
    };
  }

  /** The packed value in the ordinary layout. */
  static String plain(String value, Shape shape, int block, CompactNodes to) {
    Long[] inner = {0L, -1L, shape.size(2), shape.size(3), (long) block};
    String apart =
        to.add("apart", new Op.Transpose(List.of(0, 1, 4, 2, 3)), to.reshape(value, inner));
    return to.reshape(apart, 0L, -1L, shape.size(2), shape.size(3));
  }

  /**
   * A number to add to the outputs: 0, or NaN on a processor for which ONNX Runtime's blocks have
   * another size, so that nobody takes the results there for good. It is worked out when the
   * network is loaded.
   */
  static String guard(int block, CompactNodes to) {
    int channels = 2 * Math.max(block, 16);
    float[] values = new float[2 * channels];
    float[] expected = new float[2 * channels];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
      int channel = i / 2;
      expected[(channel / block * 2 + i % 2) * block + channel % block] = i;
    }
    String probe = to.constant("probe", Tensor.floats(new int[] {1, channels, 1, 2}, values));
    String known = to.constant("known", Tensor.floats(new int[] {1, channels, 1, 2}, expected));
    String off = to.pointwise(Pointwise.SUB, reordered(probe, to), known);
    String distance = to.pointwise(Pointwise.ABS, off);
    String most =
        to.add("most", new Op.Reduce(Op.Reduce.Kind.MAX, List.of(0, 1, 2, 3), false), distance);
    String zero = to.constant("zero", Tensor.floats(new int[0], 0));
    String wrong = to.pointwise(Pointwise.GREATER, most, zero);
    String nan = to.constant("nan", Tensor.floats(new int[0], Float.NaN));
    return to.pointwise(Pointwise.WHERE, wrong, nan, zero);
  }
}
