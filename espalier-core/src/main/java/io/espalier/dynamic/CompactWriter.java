package io.espalier.dynamic;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One pass over a masked network that writes its compact form. */
final class CompactWriter {
  /** The first operator set with everything that is written. */
  private static final int OPSET = 13;

  private final DynamicNet net;
  private final Graph graph;
  private final CompactOptions options;
  private final GraphBuilder builder;
  private final Map<String, List<Node>> readers;
  private final Map<String, ChannelGate> skipping = new LinkedHashMap<>();
  private final Map<String, String> masked = new LinkedHashMap<>();
  private final Map<String, Packing> packed = new HashMap<>();
  private final Map<String, String> whole = new HashMap<>();

  /** Packed values in ONNX Runtime's layout, and whole ones by the name that they have there. */
  private final Set<String> blocked = new HashSet<>();

  private final Map<String, String> reordered = new HashMap<>();
  private final Map<String, String> plain = new HashMap<>();
  private final Map<Packing, String> places = new HashMap<>();
  private final Map<String, String> open = new HashMap<>();

  /** Values that other nodes make now, or nobody needs any more. */
  private final Set<String> replaced = new HashSet<>();

  private final PackedFlow flow;

  CompactWriter(DynamicNet net, CompactOptions options) {
    this.net = net;
    this.graph = net.graph();
    this.options = options;
    this.readers = graph.consumers();
    this.flow = new PackedFlow(net);
    this.builder = new GraphBuilder(graph.name());
    for (ChannelGate gate : net.channelGates()) {
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
    for (ChannelGate gate : skipping.values()) {
      String conv = graph.node(gate.layer()).orElseThrow().output();
      Stream.of(conv, gate.bare())
          .filter(value -> readers.getOrDefault(value, List.of()).size() == 1)
          .forEach(replaced::add);
    }
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(builder::reserve);
    graph.types().forEach(builder::hint);
    graph.nodes().forEach(this::visit);
    builder.header(header());
    List<String> layers = skipping.values().stream().map(ChannelGate::layer).toList();
    Graph compact = builder.buildReachable();
    return new CompactForm(blocked.isEmpty() ? compact : guarded(compact), layers, masked);
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
    if (!blocked.isEmpty()) {
      newer = newer.withOpset(BlockedLayers.DOMAIN, 1);
    }
    return newer.withMetadata(SkipDescription.KEY, SkipDescription.of(net, open).toJson());
  }

  private Graph guarded(Graph compact) {
    GraphBuilder guarded = GraphBuilder.from(compact);
    Map<String, String> names = new HashMap<>();
    for (Port output : compact.outputs()) {
      names.put(output.name(), guarded.fresh(output.name() + ".unguarded"));
    }
    UnaryOperator<String> name = value -> names.getOrDefault(value, value);
    guarded.replaceNodes(
        compact.nodes().stream()
            .map(
                node ->
                    node.withInputs(node.inputs().stream().map(name).toList())
                        .withOutputs(node.outputs().stream().map(name).toList()))
            .toList());
    CompactNodes to = new CompactNodes(guarded, "outputs");
    String guard = BlockedLayers.guard(options.block(), to);
    names.forEach((output, from) -> to.named(output, Pointwise.ADD, from, guard));
    return guarded.build();
  }

  private void visit(Node node) {
    ChannelGate gate = skipping.get(node.output());
    Packing packing = packed.get(node.input(0));
    if (gate != null) {
      layer(gate);
    } else if (replaced.contains(node.output())) {
      return;
    } else if (packing == null) {
      builder.add(node.withInputs(node.inputs().stream().map(this::whole).toList()));
    } else if (flow.carries(node)) {
      carried(node, packing);
    } else if (flow.isMatrixReader(node)) {
      matrix(node, (Op.Gemm) node.op(), packing);
    } else if (flow.isConvReader(node)) {
      CompactNodes to = new CompactNodes(builder, node.name());
      List<String> inputs = new ArrayList<>(node.inputs());
      inputs.set(0, plain(node.input(0)));
      inputs.set(1, PackedLayers.columns(FoldedLayer.of(graph, node), packing, to));
      builder.add(node.withInputs(inputs));
    } else {
      builder.add(node.withInputs(node.inputs().stream().map(this::whole).toList()));
    }
  }

  private void carried(Node node, Packing packing) {
    String input = node.input(0);
    Optional<Node> inBlocks =
        blocked.contains(input)
            ? BlockedLayers.carried(node, graph.shape(input).orElseThrow())
            : Optional.empty();
    builder.add(inBlocks.orElseGet(() -> node.withInputs(List.of(plain(input)))));
    // One position of each channel lies the same way in both layouts.
    if (inBlocks.isPresent() && !(node.op() instanceof Op.GlobalPool)) {
      blocked.add(node.output());
    }
    packed.put(node.output(), packing);
    hint(node.output(), node.output(), packing);
  }

  /** The gated layer, up to and with the ReLU behind it where factors have no sign. */
  private void layer(ChannelGate gate) {
    CompactNodes to = new CompactNodes(builder, gate.layer());
    boolean positive = gate.rule() instanceof GateRule.Positive;
    Optional<Node> relu = positive ? solePositive(gate.output()) : Optional.empty();
    String output = relu.map(Node::output).orElse(gate.output());
    replaced.add(output);
    boolean inBlocks =
        options.layout() == CompactOptions.Layout.BLOCKED
            && BlockedLayers.fits(graph, gate, options.block())
            && (!packed.containsKey(gate.input()) || blocked.contains(gate.input()));
    Packing makes =
        inBlocks
            ? layerInBlocks(gate, positive, relu.isPresent(), output, to)
            : plainLayer(gate, positive, relu.isPresent(), output, to);
    packed.put(output, makes);
    hint(output, output, makes);
  }

  private Packing plainLayer(
      ChannelGate gate, boolean positive, boolean early, String output, CompactNodes to) {
    String factor = gate.factor();
    if (positive) {
      factor = to.pointwise(Pointwise.RELU, gate.saliency().value());
      open.put(gate.layer(), factor);
    }
    int block = gate.channels() % options.block() == 0 ? options.block() : 1;
    String shown = open.get(gate.layer());
    Packing makes = PackedLayers.packing(shown, false, gate.channels(), block, to);
    Optional<Packing> reads = Optional.ofNullable(packed.get(gate.input()));
    FoldedLayer layer = FoldedLayer.of(graph, gate);
    String bare = PackedLayers.conv(layer, plain(gate.input()), reads, makes, to);
    hint(bare, gate.output(), makes);
    String active = early ? to.pointwise(Pointwise.RELU, bare) : bare;
    List<Integer> space =
        IntStream.range(2, graph.shape(gate.output()).orElseThrow().rank()).boxed().toList();
    String factors = to.unsqueeze(to.gather(factor, 1, makes.rows()), space);
    to.named(output, Pointwise.MUL, active, factors);
    return makes;
  }

  private Packing layerInBlocks(
      ChannelGate gate, boolean positive, boolean early, String output, CompactNodes to) {
    int block = options.block();
    int count = gate.channels() / block;
    boolean shared = graph.weight(gate.saliency().weight()).size(0) <= count;
    String factor =
        shared
            ? heads(positive ? gate.saliency().value() : gate.factor(), block, to)
            : positive ? gate.saliency().value() : gate.factor();
    if (positive) {
      factor = to.pointwise(Pointwise.RELU, factor);
      open.put(gate.layer(), factor);
    }
    String shown = positive ? factor : shared ? heads(gate.gate(), block, to) : gate.gate();
    Packing makes = PackedLayers.packing(shown, shared, gate.channels(), block, to);
    Optional<Packing> reads = Optional.ofNullable(packed.get(gate.input()));
    String x = reads.isPresent() ? gate.input() : inBlocks(gate.input());
    FoldedLayer layer = FoldedLayer.of(graph, gate);
    Shape input = graph.shape(gate.input()).orElseThrow();
    Shape made = graph.shape(gate.output()).orElseThrow();
    String bare = BlockedLayers.conv(layer, x, input, reads, makes, early, to);
    hint(bare, gate.output(), makes);
    String factors = to.gather(factor, 1, shared ? makes.blocks() : makes.rows());
    BlockedLayers.scale(bare, factors, shared, made, block, output, to);
    blocked.add(output);
    return makes;
  }

  /** The first of each block of columns of {@code value}. */
  private String heads(String value, int block, CompactNodes to) {
    int channels = (int) graph.shape(value).orElseThrow().size(1);
    List<Integer> first = IntStream.range(0, channels / block).map(b -> b * block).boxed().toList();
    return to.add("heads", new Op.Gather(1, first, false), value);
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
    inputs.set(0, plain(node.input(0)));
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
    builder.add(PackedLayers.whole(plain(value), output, type.shape().rank(), places, to));
    builder.hint(output, type);
    return output;
  }

  /** The name of a packed value in the ordinary layout. */
  private String plain(String value) {
    return blocked.contains(value)
        ? plain.computeIfAbsent(
            value,
            v ->
                BlockedLayers.plain(
                    v, graph.shape(v).orElseThrow(), options.block(), new CompactNodes(builder, v)))
        : value;
  }

  /** The name of a whole value in ONNX Runtime's layout. */
  private String inBlocks(String value) {
    return reordered.computeIfAbsent(
        value, v -> BlockedLayers.reordered(v, new CompactNodes(builder, v)));
  }

  /** {@code value} has the type of {@code like}, but for its number of channels. */
  private void hint(String value, String like, Packing packing) {
    ValueType type = graph.type(like).orElseThrow();
    builder.hint(
        value, new ValueType(type.type(), type.shape().with(1, Dim.symbol(packing.blocks()))));
  }
}
