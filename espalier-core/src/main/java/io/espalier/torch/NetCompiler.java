package io.espalier.torch;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Turns a graph into a {@link Program}. {@link #kernel} is the switch over the operators. */
final class NetCompiler {
  private final Graph graph;
  private final Map<String, Integer> slots = new LinkedHashMap<>();
  private final Set<String> weights = new LinkedHashSet<>();

  private NetCompiler(Graph graph) {
    this.graph = graph;
  }

  static Program compile(Graph graph) {
    return new NetCompiler(graph).compile();
  }

  private Program compile() {
    List<String> inputs = graph.inputs().stream().map(Port::name).toList();
    List<String> outputs = graph.outputs().stream().map(Port::name).toList();
    inputs.forEach(this::slot);
    List<int[]> reads = graph.nodes().stream().map(node -> slots(node.inputs())).toList();
    List<int[]> writes = graph.nodes().stream().map(node -> slots(node.outputs())).toList();
    outputs.forEach(this::slot);
    List<int[]> releases = releases(inputs, outputs, reads, writes);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < reads.size(); i++) {
      Node node = graph.nodes().get(i);
      requireOneOutput(node);
      steps.add(new Step(node, kernel(node), reads.get(i), writes.get(i), releases.get(i)));
    }
    return new Program(slots, inputs, outputs, List.copyOf(weights), steps);
  }

  /** Only Split and TopK make several values here; masks and pools' indices are not computed. */
  private static void requireOneOutput(Node node) {
    long made = node.outputs().stream().skip(1).filter(value -> !value.isEmpty()).count();
    boolean several = node.op() instanceof Op.Split || node.op() instanceof Op.TopK;
    if (made > 0 && !several) {
      throw new UnsupportedNodeException(node, "its further outputs are not computed");
    }
  }

  private int[] slots(List<String> values) {
    return values.stream().mapToInt(value -> value.isEmpty() ? -1 : slot(value)).toArray();
  }

  private int slot(String value) {
    if (graph.initializers().containsKey(value)) {
      weights.add(value);
    }
    return slots.computeIfAbsent(value, key -> slots.size());
  }

  /** For each node the slots that no later node reads and that the caller does not get. */
  private List<int[]> releases(
      List<String> inputs, List<String> outputs, List<int[]> reads, List<int[]> writes) {
    Set<Integer> needed = new HashSet<>();
    outputs.forEach(value -> needed.add(slots.get(value)));
    inputs.forEach(value -> needed.add(slots.get(value)));
    weights.forEach(value -> needed.add(slots.get(value)));
    needed.add(-1);
    Map<Integer, int[]> releases = new HashMap<>();
    for (int i = reads.size() - 1; i >= 0; i--) {
      List<Integer> last = new ArrayList<>();
      for (int[] used : List.of(writes.get(i), reads.get(i))) {
        for (int slot : used) {
          if (needed.add(slot)) {
            last.add(slot);
          }
        }
      }
      releases.put(i, last.stream().mapToInt(Integer::intValue).toArray());
    }
    return IntStream.range(0, reads.size()).mapToObj(releases::get).toList();
  }

  private Kernel kernel(Node node) {
    return switch (node.op()) {
      case Op.Conv op -> ConvKernels.conv(op);
      case Op.ConvTranspose op -> ConvKernels.transposed(op);
      case Op.BatchNorm op -> NormKernels.batchNorm(op);
      case Op.InstanceNorm op -> NormKernels.instanceNorm(op);
      case Op.LayerNorm op -> NormKernels.layerNorm(op);
      case Op.Lrn op -> NormKernels.lrn(op);
      case Op.Gemm op -> LinearKernels.gemm(op);
      case Op.MatMul op -> LinearKernels.matMul();
      case Op.Elementwise op -> PointwiseKernels.of(op);
      case Op.Cast op -> cast(op.to());
      case Op.Dropout op -> DropoutKernel.of(op);
      case Op.Softmax op -> NormKernels.softmax(op);
      case Op.Concat op -> ShapeKernels.concat(op);
      case Op.Split op -> ShapeKernels.split(op);
      case Op.Slice op -> ShapeKernels.slice(op);
      case Op.Gather op -> ShapeKernels.gather(op);
      case Op.Pad op -> ShapeKernels.pad(op);
      case Op.MaxPool op -> PoolKernels.max(op);
      case Op.AveragePool op -> PoolKernels.average(op);
      case Op.GlobalPool op -> PoolKernels.global(op);
      case Op.Reduce op -> ReduceKernels.of(op);
      case Op.TopK op -> ReduceKernels.topK(op);
      case Op.Flatten op -> ShapeKernels.flatten(op);
      case Op.Reshape op -> ShapeKernels.reshape(op);
      case Op.Transpose op -> ShapeKernels.transpose(op);
      case Op.Squeeze op -> ShapeKernels.squeeze(op);
      case Op.Unsqueeze op -> ShapeKernels.unsqueeze(op);
      case Op.Expand op -> ShapeKernels.expand(op);
      case Op.Resize op -> ResizeKernels.of(node, op);
      case Op.DepthToSpace op -> ShapeKernels.depthToSpace(op);
      case Op.SpaceToDepth op -> ShapeKernels.spaceToDepth(op);
      case Op.Quantize op -> QuantizeKernels.quantize(op, zeroPointType(node));
      case Op.Dequantize op -> QuantizeKernels.dequantize(op);
      case Op.Opaque op -> throw new UnsupportedNodeException(node, op.reason());
    };
  }

  /** Any real type is the pass's own: storage types are not computed in. */
  private static Kernel cast(DataType type) {
    if (type.isReal()) {
      return Kernel.of(
          (in, pass) -> in[0].is_floating_point() ? in[0] : Layouts.convert(in[0], pass.real()));
    }
    ScalarType target = Storage.scalarType(type);
    return Kernel.unary(x -> Layouts.convert(x, target));
  }

  private DataType zeroPointType(Node node) {
    return graph.type(node.input(2)).map(ValueType::type).orElse(DataType.UINT8);
  }
}
