package io.espalier.dynamic;

import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** One pass over a masked network that writes its compact form. */
final class CompactWriter {
  /** The first operator set with everything that is written. */
  private static final int OPSET = 13;

  private final DynamicNet net;
  private final Graph graph;
  private final CompactOptions options;
  private final GraphBuilder builder;
  private final Map<String, List<Node>> readers;
  private final Map<String, Gate> skipping = new LinkedHashMap<>();
  private final Map<String, String> masked = new LinkedHashMap<>();
  private final Map<String, Packing> packed = new HashMap<>();
  private final Map<String, String> whole = new HashMap<>();
  private final Map<Packing, String> places = new HashMap<>();
  private final Map<String, String> open = new HashMap<>();
  private final Set<String> written = new HashSet<>();
  private final PackedFlow flow;

  CompactWriter(DynamicNet net, CompactOptions options) {
    this.net = net;
    this.graph = net.graph();
    this.options = options;
    this.readers = graph.consumers();
    this.flow = new PackedFlow(net);
    this.builder = new GraphBuilder(graph.name());
    for (Gate gate : net.gates()) {
      Optional<String> obstacle =
          options.masked().contains(gate.layer())
              ? Optional.of("skipping does not pay")
              : FoldedLayer.obstacle(graph, gate);
      obstacle.ifPresentOrElse(
          reason -> masked.put(gate.layer(), reason), () -> skipping.put(gate.output(), gate));
      open.put(gate.layer(), gate.gate());
    }
  }

  CompactForm write() {
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(builder::reserve);
    graph.types().forEach(builder::hint);
    graph.nodes().forEach(this::visit);
    builder.header(header());
    List<String> layers = skipping.values().stream().map(Gate::layer).toList();
    return new CompactForm(builder.buildReachable(), layers, masked);
  }

  private Header header() {
    Header header = graph.header().withoutMetadata(GateDescription.KEY);
    boolean fixed =
        graph.nodes().stream()
            .anyMatch(node -> node.op() instanceof Op.Opaque o && o.domain().isEmpty());
    if (header.opset() < OPSET && fixed) {
      throw new DynamicException(
          "network '%s' holds operators that cannot be moved from opset %d to %d: export it at a newer opset"
              .formatted(graph.name(), header.opset(), OPSET));
    }
    Header newer = header.opset() < OPSET ? header.withOpset(OPSET) : header;
    return newer.withMetadata(SkipDescription.KEY, SkipDescription.of(net, open).toJson());
  }

  private void visit(Node node) {
    Gate gate = skipping.get(node.output());
    if (gate != null) {
      layer(gate);
    } else if (!written.contains(node.output())) {
      Packing packing = packed.get(node.input(0));
      if (packing == null && node.inputs().stream().noneMatch(packed::containsKey)) {
        builder.add(node);
      } else if (packing != null && flow.carries(node)) {
        builder.add(node);
        packed.put(node.output(), packing);
        hint(node.output(), node.output(), packing);
      } else if (packing != null && flow.isMatrixReader(node)) {
        matrix(node, (Op.Gemm) node.op(), packing);
      } else if (packing != null && flow.isConvReader(node)) {
        CompactNodes to = new CompactNodes(builder, node.name());
        List<String> inputs = new ArrayList<>(node.inputs());
        inputs.set(1, PackedLayers.columns(FoldedLayer.of(graph, node), packing, to));
        builder.add(node.withInputs(inputs));
      } else {
        builder.add(node.withInputs(node.inputs().stream().map(this::whole).toList()));
      }
    }
  }

  /** The gated layer, up to and with the ReLU behind it where factors have no sign. */
  private void layer(Gate gate) {
    CompactNodes to = new CompactNodes(builder, gate.layer());
    FoldedLayer layer = FoldedLayer.of(graph, gate);
    boolean positive = gate.rule() instanceof GateRule.Positive;
    String factor = gate.factor();
    if (positive) {
      factor = to.pointwise(Pointwise.RELU, gate.saliency().value());
      open.put(gate.layer(), factor);
    }
    int block = gate.channels() % options.block() == 0 ? options.block() : 1;
    Packing makes = PackedLayers.packing(open.get(gate.layer()), gate.channels(), block, to);
    Optional<Packing> reads = Optional.ofNullable(packed.get(gate.input()));
    String bare = PackedLayers.conv(layer, gate.input(), reads, makes, to);
    hint(bare, gate.output(), makes);
    Optional<Node> relu = positive ? solePositive(gate.output()) : Optional.empty();
    String output = relu.map(Node::output).orElse(gate.output());
    String early = relu.isPresent() ? to.pointwise(Pointwise.RELU, bare) : bare;
    List<Integer> space =
        IntStream.range(2, graph.shape(gate.output()).orElseThrow().rank()).boxed().toList();
    String factors = to.unsqueeze(to.gather(factor, 1, makes.rows()), space);
    to.named(output, Pointwise.MUL, early, factors);
    written.add(output);
    packed.put(output, makes);
    hint(output, output, makes);
  }

  private Optional<Node> solePositive(String value) {
    List<Node> all = readers.getOrDefault(value, List.of());
    boolean sole =
        all.size() == 1
            && all.getFirst().op() instanceof Op.Elementwise op
            && op.kind() == Pointwise.RELU;
    return sole && flow.carries(all.getFirst()) ? Optional.of(all.getFirst()) : Optional.empty();
  }

  private void matrix(Node node, Op.Gemm op, Packing packing) {
    CompactNodes to = new CompactNodes(builder, node.name());
    Tensor weight = graph.weight(node.input(1));
    Tensor matrix = op.transB() ? transposed(weight) : weight;
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(1, PackedLayers.matrixRows(matrix, packing, to));
    builder.add(node.withOp(new Op.Gemm(op.alpha(), op.beta(), false, false)).withInputs(inputs));
  }

  private static Tensor transposed(Tensor matrix) {
    int rows = matrix.size(0);
    int columns = matrix.size(1);
    int[] source =
        IntStream.range(0, rows * columns).map(i -> i % rows * columns + i / rows).toArray();
    return matrix.pick(source, new int[] {columns, rows});
  }

  /** The name under which all channels of {@code value} are to be had. */
  private String whole(String value) {
    Packing packing = packed.get(value);
    return packing == null ? value : whole.computeIfAbsent(value, v -> unpacked(v, packing));
  }

  private String unpacked(String value, Packing packing) {
    CompactNodes to = new CompactNodes(builder, value);
    String places = this.places.computeIfAbsent(packing, p -> PackedLayers.places(p, to));
    String output = builder.fresh(value + ".whole");
    ValueType type = graph.type(value).orElseThrow();
    builder.add(PackedLayers.whole(value, output, type.shape().rank(), places, to));
    builder.hint(output, type);
    return output;
  }

  /** {@code value} has the type of {@code like}, but for its number of channels. */
  private void hint(String value, String like, Packing packing) {
    ValueType type = graph.type(like).orElseThrow();
    builder.hint(
        value, new ValueType(type.type(), type.shape().with(1, Dim.symbol(packing.blocks()))));
  }
}
