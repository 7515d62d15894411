package io.espalier.channel;

import static io.espalier.channel.FlowState.at;

import io.espalier.graph.Node;
import io.espalier.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Operators that resize maps, or move channels into space and back. */
final class SpaceFlow {
  private final FlowState state;

  SpaceFlow(FlowState state) {
    this.state = state;
  }

  void resize(Node node, Op.Resize op) {
    if (state.rank(node.input(0)) < 2) {
      state.freezeAround(node, "%s resizes channels".formatted(at(node)));
      return;
    }
    int[] channels = state.along(node.input(0), 1, node);
    long size = op.sizes().isEmpty() ? -1 : op.sizes().get(1);
    boolean keepsChannels =
        op.sizes().isEmpty() ? op.scales().get(1) == 1.0 : size == -1 || size == channels.length;
    if (!keepsChannels) {
      state.identities.freeze(channels, "%s resizes channels".formatted(at(node)));
      state.freezeOutputs(node, "%s resizes channels".formatted(at(node)));
      return;
    }
    state.set(node.output(), IdArray.along(state.rank(node.input(0)), 1, channels));
    if (size != -1) {
      state.edit(node, kept -> withChannels(op, kept.count(channels)));
    }
  }

  private static Op withChannels(Op.Resize op, int channels) {
    List<Long> sizes = new ArrayList<>(op.sizes());
    sizes.set(1, (long) channels);
    return new Op.Resize(
        op.mode(),
        op.coordinates(),
        op.nearestMode(),
        op.cubicCoefficient(),
        op.excludeOutside(),
        op.scales(),
        sizes);
  }

  void depthToSpace(Node node, Op.DepthToSpace op) {
    int[] in = state.along(node.input(0), 1, node);
    int taps = op.block() * op.block();
    int channels = in.length / taps;
    int[] out = new int[channels];
    for (int c = 0; c < channels; c++) {
      out[c] = in[op.columnRow() ? c * taps : c];
      for (int tap = 1; tap < taps; tap++) {
        state.identities.unify(out[c], in[op.columnRow() ? c * taps + tap : tap * channels + c]);
      }
    }
    state.set(node.output(), IdArray.along(4, 1, out));
  }

  void spaceToDepth(Node node, Op.SpaceToDepth op) {
    int[] in = state.along(node.input(0), 1, node);
    int taps = op.block() * op.block();
    int[] out = IntStream.range(0, taps * in.length).map(i -> in[i % in.length]).toArray();
    state.set(node.output(), IdArray.along(4, 1, out));
  }
}
