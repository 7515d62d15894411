package io.espalier.onnx;

import static java.util.Map.entry;

import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which reader makes the record of each ONNX operator. */
final class OpTable {
  private static final Map<String, Function<NodeView, Op>> READERS =
      Map.ofEntries(
          entry("Conv", WindowReaders::conv),
          entry("ConvTranspose", WindowReaders::convTranspose),
          entry("MaxPool", WindowReaders::maxPool),
          entry("AveragePool", WindowReaders::averagePool),
          entry("GlobalAveragePool", node -> new Op.GlobalPool(false)),
          entry("GlobalMaxPool", node -> new Op.GlobalPool(true)),
          entry("DepthToSpace", WindowReaders::depthToSpace),
          entry("SpaceToDepth", WindowReaders::spaceToDepth),
          entry("Resize", ResizeReaders::resize),
          entry("Upsample", ResizeReaders::upsample),
          entry("BatchNormalization", NumberReaders::batchNorm),
          entry("InstanceNormalization", NumberReaders::instanceNorm),
          entry("LayerNormalization", NumberReaders::layerNorm),
          entry("LRN", NumberReaders::lrn),
          entry("Gemm", NumberReaders::gemm),
          entry("MatMul", node -> new Op.MatMul()),
          entry("Softmax", node -> NumberReaders.softmax(node, false)),
          entry("LogSoftmax", node -> NumberReaders.softmax(node, true)),
          entry("Cast", NumberReaders::cast),
          entry("Dropout", NumberReaders::dropout),
          entry("QuantizeLinear", NumberReaders::quantize),
          entry("DequantizeLinear", NumberReaders::dequantize),
          entry("ReduceMean", node -> AxisReaders.reduce(node, Op.Reduce.Kind.MEAN, 18)),
          entry("ReduceSum", node -> AxisReaders.reduce(node, Op.Reduce.Kind.SUM, 13)),
          entry("ReduceMax", node -> AxisReaders.reduce(node, Op.Reduce.Kind.MAX, 18)),
          entry("ReduceMin", node -> AxisReaders.reduce(node, Op.Reduce.Kind.MIN, 18)),
          entry("ReduceProd", node -> AxisReaders.reduce(node, Op.Reduce.Kind.PROD, 18)),
          entry("ReduceL1", node -> AxisReaders.reduce(node, Op.Reduce.Kind.L1, 18)),
          entry("ReduceL2", node -> AxisReaders.reduce(node, Op.Reduce.Kind.L2, 18)),
          entry("ReduceSumSquare", n -> AxisReaders.reduce(n, Op.Reduce.Kind.SUM_SQUARE, 18)),
          entry("TopK", AxisReaders::topK),
          entry("Concat", AxisReaders::concat),
          entry("Split", AxisReaders::split),
          entry("Slice", AxisReaders::slice),
          entry("Gather", AxisReaders::gather),
          entry("Pad", AxisReaders::pad),
          entry("Flatten", ShapeReaders::flatten),
          entry("Reshape", ShapeReaders::reshape),
          entry("Transpose", ShapeReaders::transpose),
          entry("Squeeze", ShapeReaders::squeeze),
          entry("Unsqueeze", ShapeReaders::unsqueeze),
          entry("Expand", ShapeReaders::expand));

  private static final Map<String, Pointwise> POINTWISE =
      Arrays.stream(Pointwise.values())
          .collect(Collectors.toUnmodifiableMap(Pointwise::onnxName, kind -> kind));

  /** Operators on sizes that are worked out or left to run time, but never become a record. */
  private static final Set<String> SIZES = Set.of("Shape", "Size", "ConstantOfShape", "Range");

  private OpTable() {}

  /**
   * The record of a node of the standard operator set.
   *
   * @throws Unmodelled if there is none
   */
  static Op read(NodeView node) {
    Pointwise kind = POINTWISE.get(node.type());
    Function<NodeView, Op> reader =
        kind == null ? READERS.get(node.type()) : view -> NumberReaders.pointwise(view, kind);
    if (reader == null && SIZES.contains(node.type())) {
      throw node.dynamic("its result");
    }
    if (reader == null) {
      throw new Unmodelled("the operator " + node.type() + " is not modelled");
    }
    if (!node.usesOutput(0)) {
      throw new Unmodelled("its first output is not used");
    }
    Op op = reader.apply(node);
    node.attributes().requireAllRead();
    return op;
  }
}
