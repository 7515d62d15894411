package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.onnx.OpaqueOps;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Adds the nodes that skip work; their names start with that of the layer they work for. */
final class CompactNodes {
  private final GraphBuilder builder;
  private final String prefix;

  CompactNodes(GraphBuilder builder, String layer) {
    this.builder = builder;
    this.prefix = layer + ".compact.";
  }

  /** Adds a node of one output; returns the output's name. */
  String add(String name, Op op, String... inputs) {
    return builder.add(builder.fresh(prefix + name), op, inputs);
  }

  String pointwise(Pointwise kind, String... inputs) {
    return add(kind.onnxName().toLowerCase(java.util.Locale.ROOT), op(kind), inputs);
  }

  /** As {@link #pointwise}, with a name for the output. */
  String named(String output, Pointwise kind, String... inputs) {
    String node = builder.fresh(prefix + "output");
    builder.add(new Node(node, op(kind), Arrays.asList(inputs), List.of(output)));
    return output;
  }

  private static Op op(Pointwise kind) {
    return new Op.Elementwise(kind);
  }

  /** Positions along {@code axis} that are known only while the network runs. */
  String gather(String data, int axis, String indices) {
    return add("gather", OpaqueOps.of("Gather", Map.of("axis", axis)), data, indices);
  }

  String reshape(String value, Long... shape) {
    return add("reshape", new Op.Reshape(List.of(shape), false), value);
  }

  /** As {@link #reshape}, with a name for the output. */
  void reshaped(String output, String value, Long... shape) {
    String node = builder.fresh(prefix + "output");
    Op op = new Op.Reshape(List.of(shape), false);
    builder.add(new Node(node, op, List.of(value), List.of(output)));
  }

  String unsqueeze(String value, List<Integer> axes) {
    return add("unsqueeze", new Op.Unsqueeze(axes), value);
  }

  /** The numbers of the elements that are not 0, {@code [found]} for a vector. */
  String nonZero(String vector) {
    String found = add("nonzero", OpaqueOps.of("NonZero", Map.of()), vector);
    return reshape(found, -1L);
  }

  String sumUpTo(String vector) {
    String axis = builder.initializer(builder.fresh(prefix + "axis"), Tensor.longs(new int[0], 0));
    return add("sums", OpaqueOps.of("CumSum", Map.of()), vector, axis);
  }

  String constant(String name, Tensor tensor) {
    return builder.initializer(builder.fresh(prefix + name), tensor);
  }

  String longs(long... values) {
    return constant("numbers", Tensor.longs(new int[] {values.length}, values));
  }

  /** The channels of the blocks that {@code blocks} lists. */
  String channels(String blocks, int block) {
    if (block == 1) {
      return blocks;
    }
    String first = pointwise(Pointwise.MUL, unsqueeze(blocks, List.of(1)), longs(block));
    String each = pointwise(Pointwise.ADD, first, longs(LongStream.range(0, block).toArray()));
    return reshape(each, -1L);
  }

  /** A vector that is {@code value} at its first position and 0 elsewhere. */
  String first(double value, int size) {
    double[] values = new double[size];
    values[0] = value;
    return constant("first", Tensor.of(DataType.FLOAT, new int[] {size}, values));
  }
}
