package io.espalier.channel;

import static io.espalier.channel.FlowState.at;

import io.espalier.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pointwise operators: operands are broadcast and what meets is tied. */
final class BroadcastFlow {
  private final FlowState state;

  BroadcastFlow(FlowState state) {
    this.state = state;
  }

  /** Ties the identities of the operands of {@code node} pairwise and hands them to its output. */
  void combine(Node node) {
    int rank = state.rank(node.output());
    if (rank < 0) {
      node.inputs().forEach(x -> state.freeze(x, at(node) + " has a result of unknown shape"));
      return;
    }
    List<String> activations = new ArrayList<>();
    int[] sizes = new int[rank];
    Arrays.fill(sizes, 1);
    for (String input : node.inputs()) {
      if (!input.isEmpty() && !state.isConstant(input)) {
        activations.add(input);
        state.ids(input).ifPresent(array -> widen(sizes, array.padRank(rank)));
      }
    }
    if (activations.stream().allMatch(x -> state.ids(x).isEmpty())) {
      return;
    }
    IdArray result = tie(node, activations, sizes);
    bindConstants(node, result);
    state.set(node.output(), result);
  }

  private static void widen(int[] sizes, IdArray array) {
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = Math.max(sizes[axis], array.sizes()[axis]);
    }
  }

  private IdArray tie(Node node, List<String> activations, int[] sizes) {
    IdArray result = null;
    List<String> loose = new ArrayList<>();
    for (String input : activations) {
      IdArray array = state.ids(input).map(a -> a.padRank(sizes.length)).orElse(null);
      if (array == null || !Arrays.equals(array.sizes(), sizes)) {
        loose.add(input);
      } else if (result == null) {
        result = array;
      } else {
        state.identities.unify(result.ids(), array.ids());
      }
    }
    if (result == null) {
      // Operands that vary along different axes: nothing here can be told apart.
      result = new IdArray(sizes, frozen(node, Arrays.stream(sizes).reduce(1, (x, y) -> x * y)));
    }
    for (String input : loose) {
      spread(node, input, result);
    }
    return result;
  }

  private int[] frozen(Node node, int count) {
    int[] fresh = state.identities.create(node.name(), count);
    state.identities.freeze(fresh, at(node) + " mixes different channel axes");
    return fresh;
  }

  /** An operand without an identity of its own at every position of the result. */
  private void spread(Node node, String input, IdArray result) {
    int offset = result.rank() - state.rank(input);
    boolean single = true;
    for (int axis : result.varyingAxes()) {
      single &= axis < offset || state.size(input, axis - offset) == 1;
    }
    String reason = "%s spreads '%s' over channels".formatted(at(node), input);
    state.freeze(input, reason);
    if (!single) {
      state.freeze(
          result, "%s meets '%s', which has no channel identity".formatted(at(node), input));
    }
  }

  private void bindConstants(Node node, IdArray result) {
    for (String input : node.inputs()) {
      if (!input.isEmpty() && state.isConstant(input)) {
        bindConstant(node, input, result);
      }
    }
  }

  private void bindConstant(Node node, String constant, IdArray result) {
    int rank = state.rank(constant);
    int offset = result.rank() - rank;
    if (offset < 0) {
      state.freeze(result, "%s broadcasts to '%s'".formatted(at(node), constant));
      return;
    }
    int[] sizes = new int[rank];
    boolean varies = false;
    boolean fits = true;
    for (int axis = 0; axis < result.rank(); axis++) {
      int size = axis < offset ? 1 : state.size(constant, axis - offset);
      if (axis >= offset) {
        sizes[axis - offset] = size == 1 ? 1 : result.sizes()[axis];
      }
      varies |= result.varies(axis) && size > 1;
      fits &= !result.varies(axis) || size > 1;
      if (result.ids().length == 1 && axis == 1 && size > 1) {
        state.freeze(result, "%s spreads one channel over '%s'".formatted(at(node), constant));
      }
    }
    if (varies && fits) {
      state.bind(constant, Role.OTHER, node, new IdArray(sizes, result.ids()));
    } else if (varies) {
      state.freeze(result, "%s meets '%s' along one of two axes".formatted(at(node), constant));
    }
  }
}
