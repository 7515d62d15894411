package io.espalier.method.gate;

import io.espalier.channel.Carriage;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Shape;
import io.espalier.method.MethodException;
import io.espalier.torch.DeviceTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What a code layer is fed: of a channel group a value that carries all of its units, not later
 * than the first place that reads one of them; of a residual branch its end.
 *
 * @param index of the channel group, or of the branch
 * @param value the value {@code [N, ...]}
 * @param order axes of one image: those that tell channels apart, then those of space
 * @param positions the group's positions along the former
 * @param space sizes of the latter
 */
record CodeSource(
    int index, String value, List<Long> order, List<Long> positions, List<Long> space) {
  /** Maps up to this size are not pooled: on 7x7 the published code leaves them as they are. */
  private static final int SMALL = 7;

  private static final int WINDOW = 2;

  CodeSource {
    order = List.copyOf(order);
    positions = List.copyOf(positions);
    space = List.copyOf(space);
  }

  /** The source of {@code group}'s code; empty if no value carries all of its units in time. */
  static Optional<CodeSource> of(Graph graph, ChannelMap map, ChannelGroup group) {
    Map<String, Integer> times = times(graph);
    int deadline =
        group.readers().stream()
            .mapToInt(
                reader -> times.get(graph.node(reader.node()).orElseThrow().input(reader.input())))
            .min()
            .orElse(-1);
    return graph.nodes().stream()
        .flatMap(node -> node.outputs().stream())
        .filter(value -> times.get(value) <= deadline)
        .flatMap(value -> map.carriage(value).stream())
        .filter(carriage -> carriesAll(carriage, group))
        .reduce((earlier, later) -> later)
        .map(carriage -> at(graph, group, carriage));
  }

  /** The whole of {@code value}, maps {@code [N, C, ...]}. */
  static CodeSource whole(Graph graph, String value, int index) {
    Shape shape = graph.shape(value).orElseThrow();
    List<Long> space = new ArrayList<>();
    for (int axis = 2; axis < shape.rank(); axis++) {
      space.add(fixed(shape, axis, value));
    }
    return new CodeSource(
        index,
        value,
        LongStream.range(0, shape.rank() - 1).boxed().toList(),
        LongStream.range(0, fixed(shape, 1, value)).boxed().toList(),
        space);
  }

  private static Map<String, Integer> times(Graph graph) {
    Map<String, Integer> times = new HashMap<>();
    for (Node node : graph.nodes()) {
      int time = times.size();
      node.outputs().forEach(output -> times.put(output, time));
    }
    return times;
  }

  private static boolean carriesAll(Carriage carriage, ChannelGroup group) {
    return IntStream.range(0, carriage.size())
            .filter(i -> carriage.group(i) == group.index())
            .map(carriage::unit)
            .distinct()
            .count()
        == group.units();
  }

  private static CodeSource at(Graph graph, ChannelGroup group, Carriage carriage) {
    Shape shape = graph.shape(carriage.value()).orElseThrow();
    List<Long> order = new ArrayList<>();
    List<Long> spatial = new ArrayList<>();
    List<Long> space = new ArrayList<>();
    for (int axis = 1; axis < shape.rank(); axis++) {
      if (carriage.space().get(axis) > 1) {
        order.add(axis - 1L);
      } else {
        spatial.add(axis - 1L);
        space.add(fixed(shape, axis, carriage.value()));
      }
    }
    order.addAll(spatial);
    List<Long> positions =
        IntStream.range(0, carriage.size())
            .filter(i -> carriage.group(i) == group.index())
            .mapToObj(i -> (long) i)
            .toList();
    return new CodeSource(group.index(), carriage.value(), order, positions, space);
  }

  private static long fixed(Shape shape, int axis, String value) {
    if (!shape.dim(axis).isFixed()) {
      throw new MethodException(
          "autopruner learns from maps of one size, but '%s' is %s: give the network a fixed input size"
              .formatted(value, shape));
    }
    return shape.size(axis);
  }

  private boolean pools() {
    return space.stream().anyMatch(size -> size > SMALL)
        && space.stream().allMatch(size -> size >= WINDOW);
  }

  /** Number of {@link #features}. */
  int width() {
    long width = positions.size();
    for (long size : space) {
      width = Math.multiplyExact(width, pools() ? size / WINDOW : size);
    }
    return Math.toIntExact(width);
  }

  /**
   * The mean over the batch, and of large maps the maximum over windows of 2x2.
   *
   * @param x the value {@code [N, ...]}
   * @return {@code [width]}
   */
  DeviceTensor features(DeviceTensor x) {
    long[] axes = order.stream().mapToLong(Long::longValue).toArray();
    DeviceTensor mean = x.mean(false, 0).permute(axes);
    long[] shape = new long[space.size() + 1];
    shape[0] = -1;
    for (int i = 0; i < space.size(); i++) {
      shape[i + 1] = space.get(i);
    }
    long[] own = positions.stream().mapToLong(Long::longValue).toArray();
    DeviceTensor maps = mean.reshape(shape).indexSelect(0, own);
    return (pools() ? pooled(maps) : maps).reshape(-1);
  }

  private DeviceTensor pooled(DeviceTensor maps) {
    DeviceTensor even = maps;
    long[] windows = new long[2 * space.size() + 1];
    long[] inside = new long[space.size()];
    windows[0] = positions.size();
    for (int i = 0; i < space.size(); i++) {
      long count = space.get(i) / WINDOW;
      even = even.narrow(i + 1, 0, count * WINDOW);
      windows[2 * i + 1] = count;
      windows[2 * i + 2] = WINDOW;
      inside[i] = 2L * i + 2;
    }
    return even.reshape(windows).max(false, inside);
  }
}
