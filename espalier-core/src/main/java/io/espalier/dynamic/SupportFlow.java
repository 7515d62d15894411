package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.OneSample;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Follows zero channels from the gates through the network, along axis 1 of every value. Where an
 * operator is not known to keep them, every channel counts as in use.
 */
final class SupportFlow {
  private final Graph graph;
  private final Map<String, Support> supports = new HashMap<>();

  private SupportFlow(Graph graph) {
    this.graph = graph;
  }

  /** The support of every value whose channels are known; what is missing is in use throughout. */
  static Map<String, Support> of(DynamicNet net) {
    SupportFlow flow = new SupportFlow(OneSample.of(net.graph()));
    Map<String, Support> gated = new HashMap<>();
    for (int i = 0; i < net.gates().size(); i++) {
      // Where a gate about pixels is closed, the base path is there.
      if (net.gates().get(i) instanceof ChannelGate gate) {
        gated.put(gate.output(), new Support.Gated(i, gate.channels()));
      }
    }
    for (Node node : flow.graph.nodes()) {
      for (int i = 0; i < node.outputs().size(); i++) {
        String value = node.outputs().get(i);
        Support own = gated.get(value);
        Optional<Support> made = own == null ? flow.made(node, i) : Optional.of(own);
        made.ifPresent(support -> flow.supports.put(value, support));
      }
    }
    return flow.supports;
  }

  private Optional<Support> made(Node node, int output) {
    int channels = channels(node.outputs().get(output));
    if (channels < 1) {
      return Optional.empty();
    }
    Support found = carried(node, output);
    return Optional.of(found.channels() == channels ? found : new Support.All(channels));
  }

  /** What {@code node} carries on; any number of channels but the output's means all of them. */
  private Support carried(Node node, int output) {
    Support x = support(node.input(0));
    return switch (node.op()) {
      case Op.Elementwise op -> pointwise(op, node);
      case Op.Cast op -> x;
      case Op.Dropout op -> x;
      case Op.Lrn op -> x;
      case Op.MaxPool op -> x;
      case Op.AveragePool op -> x;
      case Op.GlobalPool op -> x;
      case Op.Resize op -> x;
      case Op.Reduce op -> behindChannels(op.axes(), node) ? x : all();
      case Op.Squeeze op -> behindChannels(op.axes(), node) ? x : all();
      case Op.Unsqueeze op -> op.axes().stream().allMatch(axis -> axis > 1) ? x : all();
      case Op.Transpose op -> op.permutation().indexOf(1) == 1 ? x : all();
      case Op.Flatten op -> op.axis() == 1 ? flattened(node, x) : all();
      case Op.Reshape op -> rank(node.output()) == 2 ? flattened(node, x) : all();
      case Op.Concat op -> concat(op, node);
      case Op.Split op -> split(op, node, x, output);
      case Op.Slice op -> slice(op, node, x);
      case Op.Gather op -> gather(op, node, x);
      case Op.Pad op -> pad(op, x);
      default -> all();
    };
  }

  private static Support all() {
    return new Support.All(0);
  }

  private Support support(String value) {
    Support known = supports.get(value);
    return known == null ? new Support.All(Math.max(0, channels(value))) : known;
  }

  private int channels(String value) {
    Optional<Shape> shape = graph.shape(value);
    return shape.isPresent() && shape.get().rank() > 1 ? (int) shape.get().size(1) : -1;
  }

  private int rank(String value) {
    return graph.shape(value).map(Shape::rank).orElse(-1);
  }

  private Support pointwise(Op.Elementwise op, Node node) {
    return switch (op.kind()) {
      case ADD, SUB, SUM, MAX, MIN, MEAN -> combined(node, false);
      case MUL -> combined(node, true);
      case DIV, PRELU -> support(node.input(0));
      case ABS,
          ASIN,
          ASINH,
          ATAN,
          ATANH,
          CEIL,
          CELU,
          ELU,
          ERF,
          FLOOR,
          GELU,
          HARD_SWISH,
          IDENTITY,
          LEAKY_RELU,
          MISH,
          NEG,
          RELU,
          ROUND,
          SELU,
          SIGN,
          SIN,
          SINH,
          SOFTSIGN,
          SQRT,
          SWISH,
          TAN,
          TANH ->
          support(node.input(0));
      case CLIP ->
          op.parameters().get(0) <= 0 && op.parameters().get(1) >= 0
              ? support(node.input(0))
              : all();
      case THRESHOLDED_RELU -> support(node.input(0));
      default -> all();
    };
  }

  /** Operands of another number of channels, or fewer axes, spread over them. */
  private Support combined(Node node, boolean product) {
    int channels = channels(node.output());
    List<Support> parts = new ArrayList<>();
    for (String input : node.inputs()) {
      boolean aligned = rank(input) == rank(node.output()) && channels(input) == channels;
      parts.add(aligned ? support(input) : new Support.All(channels));
    }
    return product ? Support.both(parts) : Support.either(parts);
  }

  private boolean behindChannels(List<Integer> axes, Node node) {
    int rank = rank(node.input(0));
    return axes.stream().allMatch(axis -> (axis < 0 ? axis + rank : axis) > 1);
  }

  private Support flattened(Node node, Support x) {
    int in = x.channels();
    int out = channels(node.output());
    if (in < 1 || out < 1 || out % in != 0) {
      return all();
    }
    return out == in
        ? x
        : Support.picked(x, IntStream.range(0, out).map(i -> i / (out / in)).boxed().toList());
  }

  private Support concat(Op.Concat op, Node node) {
    int rank = rank(node.output());
    List<Support> parts = node.inputs().stream().map(this::support).toList();
    if ((op.axis() < 0 ? op.axis() + rank : op.axis()) == 1) {
      return parts.stream().allMatch(Support.All.class::isInstance)
          ? all()
          : new Support.Joined(parts);
    }
    return Support.either(parts);
  }

  private Support split(Op.Split op, Node node, Support x, int output) {
    if ((op.axis() < 0 ? op.axis() + rank(node.input(0)) : op.axis()) != 1) {
      return x;
    }
    int from = op.sizes().stream().limit(output).mapToInt(Integer::intValue).sum();
    return Support.picked(x, IntStream.range(from, from + op.sizes().get(output)).boxed().toList());
  }

  private Support slice(Op.Slice op, Node node, Support x) {
    int rank = rank(node.input(0));
    for (int i = 0; i < op.axes().size(); i++) {
      int axis = op.axes().get(i) < 0 ? op.axes().get(i) + rank : op.axes().get(i);
      if (axis == 1) {
        long step = op.steps().get(i);
        long start = op.starts().get(i);
        int first = (int) (start < 0 ? Math.max(0, start + x.channels()) : start);
        int count = channels(node.output());
        if (step < 1 || first + (count - 1) * step >= x.channels()) {
          return all();
        }
        return Support.picked(
            x, IntStream.range(0, count).map(k -> (int) (first + k * step)).boxed().toList());
      }
    }
    return x;
  }

  private Support gather(Op.Gather op, Node node, Support x) {
    int axis = op.axis() < 0 ? op.axis() + rank(node.input(0)) : op.axis();
    if (axis > 1 || (axis == 0 && !op.scalar())) {
      return x;
    }
    if (axis == 0 || op.scalar()) {
      return all();
    }
    return Support.picked(x, op.indices().stream().map(i -> i < 0 ? i + x.channels() : i).toList());
  }

  /** Pads of zeros around the channels are channels that nobody uses. */
  private Support pad(Op.Pad op, Support x) {
    int rank = op.pads().size() / 2;
    int before = op.pads().get(1);
    int after = op.pads().get(rank + 1);
    boolean zeros = op.mode().equals("constant") && op.value() == 0;
    if (before == 0 && after == 0) {
      return zeros || !op.mode().equals("constant") ? x : all();
    }
    if (!zeros || before < 0 || after < 0) {
      return all();
    }
    List<Support> parts = new ArrayList<>(Collections.nCopies(3, x));
    parts.set(0, new Support.None(before));
    parts.set(2, new Support.None(after));
    return new Support.Joined(parts.stream().filter(part -> part.channels() > 0).toList());
  }
}
