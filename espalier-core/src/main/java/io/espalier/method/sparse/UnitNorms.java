package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.torch.DeviceTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The norms of all weights that belong to each unit: {@code ||[W(c, :); W'(:, c)]||}, the filter
 * that makes the channel together with the columns that read it.
 */
final class UnitNorms {
  private static final Set<Role> WEIGHTS = EnumSet.of(Role.OUTPUT, Role.INPUT);

  /**
   * The part of a group in one weight.
   *
   * @param initializer the weight
   * @param axes the axes that are summed out on the way to positions
   * @param positions for each unit the same number of positions, one after the other; what is
   *     missing points behind the last
   * @param each how many that are
   */
  private record Part(String initializer, long[] axes, long[] positions, int each) {}

  private final Map<ChannelGroup, List<Part>> parts = new LinkedHashMap<>();

  /** Norms of the units of {@code groups}. */
  UnitNorms(List<ChannelGroup> groups) {
    for (ChannelGroup group : groups) {
      parts.put(group, weights(group).map(member -> part(member, group.units())).toList());
    }
  }

  private static Stream<Member> weights(ChannelGroup group) {
    return group.members().stream().filter(member -> WEIGHTS.contains(member.role()));
  }

  private static Part part(Member member, int units) {
    int[][] byUnit = IntStream.range(0, units).mapToObj(member::positions).toArray(int[][]::new);
    int each = Arrays.stream(byUnit).mapToInt(row -> row.length).max().orElse(0);
    List<Integer> space = member.space();
    long behind = space.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    long[] positions = new long[units * each];
    Arrays.fill(positions, behind);
    for (int unit = 0; unit < units; unit++) {
      for (int i = 0; i < byUnit[unit].length; i++) {
        positions[unit * each + i] = byUnit[unit][i];
      }
    }
    long[] axes =
        IntStream.range(0, space.size())
            .filter(axis -> space.get(axis) == 1)
            .mapToLong(axis -> axis)
            .toArray();
    return new Part(member.initializer(), axes, positions, each);
  }

  /** The norms in {@code graph}, {@code [units]} of {@code group}. */
  static double[] of(Graph graph, ChannelGroup group) {
    double[] squares = new double[group.units()];
    weights(group)
        .forEach(
            member -> {
              double[][] rows = member.matrix(graph.weight(member.initializer()));
              Arrays.setAll(
                  squares, u -> squares[u] + Arrays.stream(rows[u]).map(x -> x * x).sum());
            });
    return Arrays.stream(squares).map(Math::sqrt).toArray();
  }

  /**
   * The sum of the norms of all units, a scalar through which gradients flow.
   *
   * @param smallest added under the root, so that there is a gradient at zero
   */
  DeviceTensor sum(Map<String, DeviceTensor> weights, double smallest) {
    List<DeviceTensor> sums = new ArrayList<>();
    parts.forEach(
        (group, own) -> {
          DeviceTensor squares =
              own.stream()
                  .map(part -> squares(weights.get(part.initializer()), part, group.units()))
                  .reduce(DeviceTensor::add)
                  .orElseThrow();
          sums.add(squares.add(smallest).sqrt().sum().reshape(1));
        });
    return DeviceTensor.cat(sums, 0).sum();
  }

  private static DeviceTensor squares(DeviceTensor weight, Part part, int units) {
    DeviceTensor all = weight.square();
    DeviceTensor flat = (part.axes().length == 0 ? all : all.sum(true, part.axes())).reshape(-1);
    DeviceTensor padded = DeviceTensor.cat(List.of(flat, DeviceTensor.zeros(1).to(flat.type())), 0);
    return padded.indexSelect(0, part.positions()).reshape(units, part.each()).sum(false, 1);
  }
}
