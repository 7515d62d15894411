package io.espalier.channel;

import static io.espalier.channel.FlowState.at;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How each operator moves channel identities: the one place that knows. Convolutions and linear
 * layers read identities and make new ones; everything else passes, joins, cuts, permutes, ties or
 * freezes them.
 */
final class ChannelFlow {
  private final FlowState state;
  private final LayoutFlow layout;
  private final BroadcastFlow broadcast;
  private final SpaceFlow space;

  private ChannelFlow(FlowState state) {
    this.state = state;
    this.layout = new LayoutFlow(state);
    this.broadcast = new BroadcastFlow(state);
    this.space = new SpaceFlow(state);
  }

  /** Walks {@code graph} (batch fixed to 1) from its inputs to its outputs. */
  static FlowState walk(Graph graph) {
    FlowState state = new FlowState(graph);
    ChannelFlow flow = new ChannelFlow(state);
    graph.inputs().forEach(flow::networkInput);
    for (Node node : graph.nodes()) {
      if (!state.isConstant(node.output())) {
        flow.visitTyped(node);
      }
    }
    for (Port output : graph.outputs()) {
      state.freeze(output.name(), "network output '%s'".formatted(output.name()));
    }
    state.freezeSharedConstants();
    return state;
  }

  private void networkInput(Port input) {
    int rank = input.type().shape().rank();
    int size = rank < 2 ? -1 : state.size(input.name(), 1);
    if (size > 0) {
      int[] fresh = state.identities.create(input.name(), size);
      state.identities.freeze(fresh, "network input '%s'".formatted(input.name()));
      state.set(input.name(), IdArray.along(rank, 1, fresh));
    }
  }

  /** Nothing can be said about an operator on values of unknown shape. */
  private void visitTyped(Node node) {
    boolean typed = state.rank(node.output()) >= 0;
    for (String input : node.inputs()) {
      typed &= input.isEmpty() || state.rank(input) >= 0;
    }
    if (typed || node.op() instanceof Op.Opaque) {
      visit(node);
    } else {
      state.freezeAround(node, "%s works on a value of unknown shape".formatted(at(node)));
    }
  }

  private void visit(Node node) {
    switch (node.op()) {
      case Op.Conv op -> convolution(node, op);
      case Op.ConvTranspose op -> transposedConvolution(node, op);
      case Op.Gemm op -> gemm(node, op);
      case Op.MatMul op -> matMul(node);
      case Op.BatchNorm op -> batchNorm(node);
      case Op.InstanceNorm op -> instanceNorm(node);
      case Op.LayerNorm op -> mixes(node, fromAxis(node, op.axis()), "normalises over channels");
      case Op.Lrn op -> mixes(node, new int[] {1}, "normalises across channels");
      case Op.Elementwise op -> broadcast.combine(node);
      case Op.Cast op -> state.pass(node.input(0), node.output());
      case Op.Dropout op -> state.pass(node.input(0), node.output());
      case Op.Softmax op -> mixes(node, softmaxAxes(node, op), "runs over channels");
      case Op.Concat op -> layout.concat(node, op);
      case Op.Split op -> layout.split(node, op);
      case Op.Slice op -> layout.slice(node, op);
      case Op.Gather op -> layout.gather(node, op);
      case Op.Pad op -> layout.pad(node, op);
      case Op.MaxPool op -> perChannel(node);
      case Op.AveragePool op -> perChannel(node);
      case Op.GlobalPool op -> perChannel(node);
      case Op.Reduce op -> reduce(node, op);
      case Op.TopK op -> state.freeze(node.input(0), "%s ranks channels".formatted(at(node)));
      case Op.Flatten op -> layout.reshape(node);
      case Op.Reshape op -> layout.reshape(node);
      case Op.Transpose op -> layout.transpose(node, op);
      case Op.Squeeze op -> layout.reshape(node);
      case Op.Unsqueeze op -> layout.reshape(node);
      case Op.Expand op -> layout.expand(node, op);
      case Op.Resize op -> space.resize(node, op);
      case Op.DepthToSpace op -> space.depthToSpace(node, op);
      case Op.SpaceToDepth op -> space.spaceToDepth(node, op);
      case Op.Quantize op -> quantisation(node, op.axis());
      case Op.Dequantize op -> quantisation(node, op.axis());
      case Op.Opaque op -> opaque(node, op);
    }
  }

  private void convolution(Node node, Op.Conv op) {
    String weight = node.input(1);
    int[] in = state.along(node.input(0), 1, node);
    if (!state.isConstant(weight)) {
      computedWeight(node, in);
    } else if (op.groups() > 1 && state.size(weight, 1) == 1) {
      depthwise(node, in, state.size(weight, 0) / op.groups());
    } else {
      int[] out = state.create(node, 1, state.size(weight, 0));
      state.bind(weight, Role.OUTPUT, node, 0, out);
      state.bind(node.input(2), Role.BIAS, node, 0, out);
      state.bind(weight, Role.INPUT, node, columns(weight, in, op.groups()));
      state.read(node, 0, 1, in);
      grouped(node, op.groups(), in, out, kept -> new Op.Conv(op.window(), kept));
    }
  }

  /** Identities over axes 0 and 1 of a weight whose axis 1 counts within a convolution group. */
  private IdArray columns(String weight, int[] across, int groups) {
    int[] sizes = new int[state.rank(weight)];
    Arrays.fill(sizes, 1);
    int width = across.length / groups;
    sizes[1] = width;
    if (groups == 1) {
      return new IdArray(sizes, across);
    }
    int rows = state.size(weight, 0);
    sizes[0] = rows;
    int[] ids = new int[rows * width];
    for (int i = 0; i < ids.length; i++) {
      int group = (i / width) / (rows / groups);
      ids[i] = across[group * width + i % width];
    }
    return new IdArray(sizes, ids);
  }

  /** What a grouped convolution asks of its blocks, and how its attribute follows. */
  private void grouped(Node node, int groups, int[] in, int[] out, IntFunction<Op> withGroups) {
    if (groups > 1) {
      List<int[]> blocks = blocks(in, groups);
      state.balance(node, blocks);
      state.balance(node, blocks(out, groups));
      state.edit(
          node,
          kept ->
              withGroups.apply(
                  (int) blocks.stream().filter(block -> kept.count(block) > 0).count()));
    }
  }

  private static List<int[]> blocks(int[] ids, int count) {
    int width = ids.length / count;
    return IntStream.range(0, count)
        .mapToObj(b -> Arrays.copyOfRange(ids, b * width, (b + 1) * width))
        .toList();
  }

  /** One filter (or {@code multiplier} filters) an input channel: the channels pass. */
  private void depthwise(Node node, int[] in, int multiplier) {
    int[] out = IntStream.range(0, in.length * multiplier).map(i -> in[i / multiplier]).toArray();
    state.set(node.output(), IdArray.along(state.rank(node.output()), 1, out));
    state.bind(node.input(1), Role.OTHER, node, 0, out);
    state.bind(node.input(2), Role.OTHER, node, 0, out);
    state.edit(
        node,
        kept ->
            switch (node.op()) {
              case Op.Conv op -> new Op.Conv(op.window(), kept.count(in));
              case Op.ConvTranspose op ->
                  new Op.ConvTranspose(
                      op.window(), kept.count(in), op.outputPadding(), op.outputShape());
              default -> node.op();
            });
  }

  private void transposedConvolution(Node node, Op.ConvTranspose op) {
    String weight = node.input(1);
    int[] in = state.along(node.input(0), 1, node);
    if (!state.isConstant(weight)) {
      computedWeight(node, in);
    } else if (op.groups() > 1 && op.groups() == in.length && state.size(weight, 1) == 1) {
      depthwise(node, in, 1);
    } else {
      int[] out = state.create(node, 1, state.size(weight, 1) * op.groups());
      state.bind(weight, Role.OUTPUT, node, columns(weight, out, op.groups()));
      state.bind(node.input(2), Role.BIAS, node, 0, out);
      state.bind(weight, Role.INPUT, node, 0, in);
      state.read(node, 0, 1, in);
      grouped(
          node,
          op.groups(),
          in,
          out,
          kept -> new Op.ConvTranspose(op.window(), kept, op.outputPadding(), op.outputShape()));
    }
  }

  private void computedWeight(Node node, int[] in) {
    String reason = "%s computes its weight at run time".formatted(at(node));
    state.identities.freeze(in, reason);
    state.freezeAround(node, reason);
  }

  private void gemm(Node node, Op.Gemm op) {
    String weight = node.input(1);
    if (op.transA() || !state.isConstant(weight) || state.isConstant(node.input(0))) {
      computedWeight(node, new int[0]);
      return;
    }
    int[] in = state.along(node.input(0), 1, node);
    int outAxis = op.transB() ? 0 : 1;
    int[] out = state.create(node, 1, state.size(weight, outAxis));
    state.bind(weight, Role.OUTPUT, node, outAxis, out);
    state.bind(weight, Role.INPUT, node, 1 - outAxis, in);
    state.read(node, 0, 1, in);
    if (node.hasInput(2)) {
      bindGemmBias(node, out);
    }
  }

  private void bindGemmBias(Node node, int[] out) {
    String bias = node.input(2);
    int last = state.rank(bias) - 1;
    if (!state.isConstant(bias)) {
      state.freeze(bias, "%s adds a computed bias".formatted(at(node)));
      state.identities.freeze(out, "%s adds a computed bias".formatted(at(node)));
    } else if (last >= 0 && state.size(bias, last) == out.length) {
      state.bind(bias, Role.BIAS, node, last, out);
    }
  }

  private void matMul(Node node) {
    String a = node.input(0);
    String b = node.input(1);
    if (state.isConstant(b) && !state.isConstant(a) && state.rank(b) == 2 && state.rank(a) >= 2) {
      projection(node, a, b);
    } else if (state.isConstant(a) || state.isConstant(b)) {
      computedWeight(node, new int[0]);
    } else {
      product(node, a, b);
    }
  }

  /** Rows of {@code a} times a weight {@code [K, N]}. */
  private void projection(Node node, String a, String weight) {
    int last = state.rank(a) - 1;
    boolean rowsAreChannels =
        state.ids(a).stream()
            .flatMapToInt(i -> Arrays.stream(i.varyingAxes()))
            .anyMatch(x -> x != last);
    if (rowsAreChannels) {
      // The channels pass as rows; the columns that the weight mixes are positions, not channels.
      boolean mixed =
          state.freezeAlong(a, last, "%s mixes channels with positions".formatted(at(node)));
      if (!mixed) {
        state.pass(a, node.output());
        return;
      }
      state.freezeOutputs(node, "%s mixes channels with positions".formatted(at(node)));
      return;
    }
    int[] in = state.along(a, last, node);
    int[] out = state.create(node, last, state.size(weight, 1));
    state.bind(weight, Role.OUTPUT, node, 1, out);
    state.bind(weight, Role.INPUT, node, 0, in);
    state.read(node, 0, last, in);
  }

  /** The product of two activations, as in attention: the shared axis is summed out. */
  private void product(Node node, String a, String b) {
    int lastA = state.rank(a) - 1;
    int sharedB = state.rank(b) - 2;
    boolean plain = lastA >= 1 && sharedB >= 0 && variesOnly(a, lastA) && variesOnly(b, sharedB);
    if (!plain) {
      String reason = "%s multiplies two computed values".formatted(at(node));
      state.freeze(a, reason);
      state.freeze(b, reason);
      state.freezeOutputs(node, reason);
    } else if (state.ids(a).isPresent() || state.ids(b).isPresent()) {
      int[] in = state.along(a, lastA, node);
      int[] other = state.along(b, sharedB, node);
      state.identities.unify(in, other);
      state.read(node, 0, lastA, in);
    }
  }

  private boolean variesOnly(String value, int axis) {
    return state.ids(value).stream()
        .flatMapToInt(i -> Arrays.stream(i.varyingAxes()))
        .allMatch(x -> x == axis);
  }

  private void batchNorm(Node node) {
    int[] channels = state.along(node.input(0), 1, node);
    Role[] roles = {Role.SCALE, Role.SHIFT, Role.MEAN, Role.VARIANCE};
    for (int i = 0; i < roles.length; i++) {
      state.bind(node.input(i + 1), roles[i], node, 0, channels);
    }
    state.set(node.output(), IdArray.along(state.rank(node.input(0)), 1, channels));
  }

  private void instanceNorm(Node node) {
    for (int axis = 2; axis < state.rank(node.input(0)); axis++) {
      state.freezeAlong(node.input(0), axis, "%s normalises over channels".formatted(at(node)));
    }
    int[] channels = state.along(node.input(0), 1, node);
    state.bind(node.input(1), Role.SCALE, node, 0, channels);
    state.bind(node.input(2), Role.SHIFT, node, 0, channels);
    state.pass(node.input(0), node.output());
  }

  /** An operator whose result depends on how many channels there are. */
  private void mixes(Node node, int[] axes, String why) {
    String reason = "%s %s".formatted(at(node), why);
    for (int axis : axes) {
      state.freezeAlong(node.input(0), axis, reason);
    }
    state.pass(node.input(0), node.output());
  }

  private int[] fromAxis(Node node, int axis) {
    int rank = state.rank(node.input(0));
    return IntStream.range(axis < 0 ? axis + rank : axis, rank).toArray();
  }

  private int[] softmaxAxes(Node node, Op.Softmax op) {
    int[] axes = fromAxis(node, op.axis());
    return op.flattened() ? axes : Arrays.copyOf(axes, 1);
  }

  private void perChannel(Node node) {
    int[] channels = state.along(node.input(0), 1, node);
    state.set(node.output(), IdArray.along(state.rank(node.input(0)), 1, channels));
  }

  private void reduce(Node node, Op.Reduce op) {
    String x = node.input(0);
    int rank = state.rank(x);
    int[] axes = op.axes().stream().mapToInt(a -> a < 0 ? a + rank : a).sorted().toArray();
    for (int axis : axes) {
      boolean channels = state.ids(x).filter(a -> a.varies(axis)).isPresent();
      boolean zeroIsNeutral =
          switch (op.kind()) {
            case SUM, L1, L2, SUM_SQUARE -> true;
            case MEAN, MAX, MIN, PROD -> false;
          };
      if (channels && zeroIsNeutral && variesOnly(x, axis)) {
        state.read(node, 0, axis, state.along(x, axis, node));
        return;
      }
      if (channels) {
        state.freeze(x, "%s runs over channels".formatted(at(node)));
        return;
      }
    }
    state.ids(x).ifPresent(array -> state.set(node.output(), dropAxes(array, axes, op.keepDims())));
  }

  private static IdArray dropAxes(IdArray array, int[] axes, boolean keep) {
    if (keep) {
      return array;
    }
    int[] sizes =
        IntStream.range(0, array.rank())
            .filter(axis -> Arrays.stream(axes).noneMatch(a -> a == axis))
            .map(axis -> array.sizes()[axis])
            .toArray();
    return array.reshape(sizes);
  }

  private void quantisation(Node node, int axis) {
    String x = node.input(0);
    boolean perChannel = state.rank(node.input(1)) == 1 && state.size(node.input(1), 0) > 1;
    if (perChannel) {
      int[] channels = state.along(x, axis < 0 ? axis + state.rank(x) : axis, node);
      for (int input = 1; input < node.inputs().size(); input++) {
        state.bind(node.input(input), Role.OTHER, node, 0, channels);
      }
    }
    state.pass(x, node.output());
  }

  private void opaque(Node node, Op.Opaque op) {
    state.freezeAround(node, "%s: %s".formatted(at(node), op.reason()));
  }
}
