package io.espalier.channel;

import static io.espalier.channel.FlowState.at;

import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operators that only move elements: each runs on the index array as it runs on the values. */
final class LayoutFlow {
  private final FlowState state;

  LayoutFlow(FlowState state) {
    this.state = state;
  }

  void concat(Node node, Op.Concat op) {
    int rank = state.rank(node.output());
    int axis = positive(op.axis(), rank);
    boolean alongChannels =
        node.inputs().stream().anyMatch(x -> state.ids(x).filter(a -> a.varies(axis)).isPresent());
    boolean anyIds = node.inputs().stream().anyMatch(x -> state.ids(x).isPresent());
    if (!anyIds) {
      return;
    }
    if (!alongChannels && (axis != 1 || joinsOtherAxis(node, axis))) {
      joinAcross(node);
      return;
    }
    joinAlong(node, axis, rank);
  }

  /** True when the identities differ along an axis that is not the joined one. */
  private boolean joinsOtherAxis(Node node, int axis) {
    return node.inputs().stream()
        .flatMap(x -> state.ids(x).stream())
        .flatMapToInt(a -> Arrays.stream(a.varyingAxes()))
        .anyMatch(other -> other != axis);
  }

  /** Joins along positions: channel j of the result is channel j of every input. */
  private void joinAcross(Node node) {
    IdArray first = node.inputs().stream().flatMap(x -> state.ids(x).stream()).findFirst().get();
    for (String input : node.inputs()) {
      Optional<IdArray> array = state.ids(input);
      if (state.isConstant(input)) {
        state.bind(input, Role.OTHER, node, first);
      } else if (array.isPresent() && Arrays.equals(array.get().sizes(), first.sizes())) {
        state.identities.unify(first.ids(), array.get().ids());
      } else {
        String reason = "%s joins channels with '%s'".formatted(at(node), input);
        state.freeze(first, reason);
        state.freeze(input, reason);
      }
    }
    state.set(node.output(), first);
  }

  /** Joins along channels: the identities stand one after the other. */
  private void joinAlong(Node node, int axis, int rank) {
    List<int[]> parts = new ArrayList<>();
    for (String input : node.inputs()) {
      int[] ids = state.along(input, axis, node);
      parts.add(ids);
      if (state.isConstant(input)) {
        state.bind(input, Role.OTHER, node, axis, ids);
      }
    }
    int[] joined = parts.stream().flatMapToInt(Arrays::stream).toArray();
    state.set(node.output(), IdArray.along(rank, axis, joined));
  }

  void split(Node node, Op.Split op) {
    Optional<IdArray> array = state.ids(node.input(0));
    if (array.isEmpty()) {
      return;
    }
    int axis = positive(op.axis(), array.get().rank());
    if (!array.get().varies(axis)) {
      node.outputs().forEach(output -> state.set(output, array.get()));
      return;
    }
    List<int[]> pieces = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < op.sizes().size(); i++) {
      int from = start;
      IdArray piece = array.get().select(axis, op.sizes().get(i), j -> from + j);
      if (i < node.outputs().size()) {
        pass(node.outputs().get(i), piece);
      }
      pieces.add(piece.select(axis, piece.sizes()[axis], j -> j).ids());
      start += op.sizes().get(i);
    }
    if (array.get().varyingAxes().length == 1) {
      state.edit(node, kept -> new Op.Split(op.axis(), pieces.stream().map(kept::count).toList()));
    } else {
      state.freeze(array.get(), "%s cuts channels that span two axes".formatted(at(node)));
    }
  }

  void slice(Node node, Op.Slice op) {
    Optional<IdArray> found = state.ids(node.input(0));
    if (found.isEmpty()) {
      return;
    }
    IdArray array = found.get();
    for (int i = 0; i < op.axes().size(); i++) {
      int axis = positive(op.axes().get(i), array.rank());
      if (array.varies(axis)) {
        array = sliceChannels(node, op, i, axis, array);
      }
    }
    pass(node.output(), array);
  }

  /** Hands on a part of the channels. */
  private void pass(String value, IdArray array) {
    if (!value.isEmpty()) {
      state.set(value, array);
      state.passages.add(value);
    }
  }

  private IdArray sliceChannels(Node node, Op.Slice op, int entry, int axis, IdArray array) {
    int size = array.sizes()[axis];
    long step = op.steps().get(entry);
    int[] positions = slicePositions(op.starts().get(entry), op.ends().get(entry), step, size);
    IdArray result = array.select(axis, positions.length, i -> positions[i]);
    if (step != 1 || array.varyingAxes().length > 1) {
      state.freeze(array, "%s takes every %d. channel".formatted(at(node), step));
      return result;
    }
    int[] all = array.ids();
    int first = positions.length == 0 ? 0 : positions[0];
    int[] before = Arrays.copyOf(all, first);
    state.edit(
        node,
        kept -> {
          long start = kept.count(before);
          List<Long> starts = new ArrayList<>(op.starts());
          List<Long> ends = new ArrayList<>(op.ends());
          starts.set(entry, start);
          ends.set(entry, start + kept.count(result.ids()));
          return new Op.Slice(starts, ends, op.axes(), op.steps());
        });
    return result;
  }

  /** The positions that ONNX's Slice picks along an axis of {@code size}. */
  static int[] slicePositions(long start, long end, long step, int size) {
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? size : size - 1L;
    long from = Math.clamp(start < 0 ? start + size : start, 0, high);
    long to = Math.clamp(end < 0 ? Math.max(end + size, -1) : end, low, size);
    IntStream.Builder positions = IntStream.builder();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      positions.add((int) i);
    }
    return positions.build().toArray();
  }

  void gather(Node node, Op.Gather op) {
    Optional<IdArray> found = state.ids(node.input(0));
    if (found.isEmpty()) {
      return;
    }
    IdArray array = found.get();
    int axis = positive(op.axis(), array.rank());
    int size = state.size(node.input(0), axis);
    int[] indices = op.indices().stream().mapToInt(i -> i < 0 ? i + size : i).toArray();
    IdArray picked =
        array.varies(axis) ? array.select(axis, indices.length, i -> indices[i]) : array;
    if (array.varies(axis) && (op.scalar() || array.varyingAxes().length > 1)) {
      state.freeze(array, "%s picks single channels".formatted(at(node)));
    } else if (array.varies(axis)) {
      state.edit(node, kept -> gatherKept(op, kept, array.ids(), indices));
    }
    pass(node.output(), op.scalar() ? dropAxis(picked, axis) : picked);
  }

  private static Op gatherKept(Op.Gather op, Kept kept, int[] ids, int[] indices) {
    int[] rank = new int[ids.length];
    for (int i = 1; i < ids.length; i++) {
      rank[i] = rank[i - 1] + (kept.keeps(ids[i - 1]) ? 1 : 0);
    }
    List<Integer> left =
        Arrays.stream(indices).filter(i -> kept.keeps(ids[i])).map(i -> rank[i]).boxed().toList();
    return new Op.Gather(op.axis(), left, op.scalar());
  }

  private static IdArray dropAxis(IdArray array, int axis) {
    int[] sizes =
        IntStream.range(0, array.rank())
            .filter(a -> a != axis)
            .map(a -> array.sizes()[a])
            .toArray();
    return array.sizes()[axis] == 1
        ? array.reshape(sizes)
        : array.select(axis, 1, i -> 0).reshape(sizes);
  }

  void pad(Node node, Op.Pad op) {
    Optional<IdArray> found = state.ids(node.input(0));
    if (found.isEmpty()) {
      return;
    }
    IdArray array = found.get();
    int rank = array.rank();
    for (int axis = 0; axis < rank; axis++) {
      int begin = op.pads().get(axis);
      int end = op.pads().get(axis + rank);
      boolean channels = array.varies(axis) || axis == 1 && state.size(node.input(0), 1) == 1;
      if (channels && (begin != 0 || end != 0)) {
        array = padChannels(node, op, axis, array);
      }
    }
    state.set(node.output(), array);
  }

  private IdArray padChannels(Node node, Op.Pad op, int axis, IdArray array) {
    int begin = op.pads().get(axis);
    int end = op.pads().get(axis + array.rank());
    int[] middle = state.along(node.input(0), axis, node);
    if (begin < 0 || end < 0 || !op.mode().equals("constant")) {
      state.identities.freeze(middle, "%s crops or mirrors channels".formatted(at(node)));
    }
    int[] before = state.identities.create(node.name(), Math.max(0, begin));
    int[] after = state.identities.create(node.name(), Math.max(0, end));
    int[] cropped =
        Arrays.copyOfRange(middle, Math.max(0, -begin), middle.length - Math.max(0, -end));
    int[] joined = new int[before.length + cropped.length + after.length];
    System.arraycopy(before, 0, joined, 0, before.length);
    System.arraycopy(cropped, 0, joined, before.length, cropped.length);
    System.arraycopy(after, 0, joined, before.length + cropped.length, after.length);
    state.edit(
        node,
        kept -> {
          List<Integer> pads = new ArrayList<>(op.pads());
          pads.set(axis, begin < 0 ? begin : kept.count(before));
          pads.set(axis + array.rank(), end < 0 ? end : kept.count(after));
          return new Op.Pad(op.mode(), pads, op.value());
        });
    return IdArray.along(array.rank(), axis, joined);
  }

  void transpose(Node node, Op.Transpose op) {
    int[] permutation = op.permutation().stream().mapToInt(i -> i).toArray();
    state.ids(node.input(0)).ifPresent(a -> state.set(node.output(), a.transpose(permutation)));
  }

  void expand(Node node, Op.Expand op) {
    Optional<IdArray> found = state.ids(node.input(0));
    if (found.isEmpty()) {
      return;
    }
    int rank = state.rank(node.output());
    IdArray array = found.get().padRank(rank);
    state.set(node.output(), array);
    state.edit(
        node,
        kept ->
            kept.count(array.ids()) < array.ids().length
                ? new Op.Expand(freeVarying(op.shape(), array, rank))
                : op);
  }

  /** A target size of 1 keeps the input's size, whatever that is after a cut. */
  private static List<Long> freeVarying(List<Long> shape, IdArray array, int rank) {
    List<Long> free = new ArrayList<>(shape);
    for (int i = 0; i < free.size(); i++) {
      if (array.varies(rank - shape.size() + i)) {
        free.set(i, 1L);
      }
    }
    return free;
  }

  /** Reshape, Flatten, Squeeze and Unsqueeze: the elements keep their order. */
  void reshape(Node node) {
    Optional<IdArray> found = state.ids(node.input(0));
    if (found.isEmpty()) {
      return;
    }
    Shape from = state.graph.shape(node.input(0)).orElseThrow();
    Optional<Shape> to = state.graph.shape(node.output());
    Optional<IdArray> moved = to.flatMap(shape -> ReshapeIds.move(found.get(), from, shape));
    if (moved.isEmpty()) {
      state.freeze(found.get(), "%s has a target that is not fixed".formatted(at(node)));
      return;
    }
    IdArray array = moved.get();
    state.set(node.output(), array);
    if (node.op() instanceof Op.Reshape op) {
      state.edit(
          node, kept -> new Op.Reshape(keptTarget(op, to.get(), array, kept), op.allowZero()));
    }
  }

  private static List<Long> keptTarget(Op.Reshape op, Shape to, IdArray array, Kept kept) {
    List<Long> target = new ArrayList<>(op.shape());
    for (int axis = 0; axis < target.size(); axis++) {
      if (array.varies(axis) && target.get(axis) > 0) {
        target.set(axis, (long) keptAlong(array, axis, kept));
      }
    }
    return target;
  }

  /** How many positions along {@code axis} hold an identity that stays. */
  private static int keptAlong(IdArray array, int axis, Kept kept) {
    int count = 0;
    for (int i = 0; i < array.sizes()[axis]; i++) {
      int position = i;
      count += kept.count(array.select(axis, 1, j -> position).ids()) > 0 ? 1 : 0;
    }
    return count;
  }

  private static int positive(int axis, int rank) {
    return axis < 0 ? axis + rank : axis;
  }
}
