package io.espalier.method.gate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.method.TinyNetworks;
import io.espalier.method.UnitGates;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class GatingTest {
  private static final Graph GRAPH = TinyNetworks.of(TinyNetworks.Kind.CHAIN, false);
  private static final IntFunction<Optional<DeviceTensor>> NONE = group -> Optional.empty();

  /** Gates of ones but for a zero and a half in the first group. */
  private static Gating gating(ChannelMap map) {
    List<double[]> fixed = new ArrayList<>();
    map.groups().forEach(group -> fixed.add(ones(group.units())));
    fixed.get(map.group("first").orElseThrow().index())[3] = 0;
    fixed.get(map.group("first").orElseThrow().index())[5] = 0.5;
    return Gating.ofUnits(UnitGates.of(GRAPH, map), fixed);
  }

  private static double[] ones(int count) {
    double[] all = new double[count];
    Arrays.fill(all, 1);
    return all;
  }

  private static double[] weighed(IntFunction<Optional<DeviceTensor>> codes) {
    ChannelMap map = ChannelMap.of(GRAPH);
    try (Scope scope = Scope.open()) {
      DeviceTensor x = DeviceTensor.ones(1, 8, 1, 1).mul(2);
      return gating(map).weighed("first.relu", x, codes).toDoubles();
    }
  }

  @Test
  void fixedGates_weighTheirUnits() {
    assertArrayEquals(new double[] {2, 2, 2, 0, 2, 1, 2, 2}, weighed(NONE));
  }

  @Test
  void code_takesThePlaceOfFixedGates() {
    int first = ChannelMap.of(GRAPH).group("first").orElseThrow().index();
    double[] weighed =
        weighed(
            group -> {
              assertEquals(first, group);
              return Optional.of(Gating.tensor(new double[] {0, 1, 1, 1, 1, 1, 1, 0.25}));
            });
    assertArrayEquals(new double[] {0, 2, 2, 2, 2, 2, 2, 0.5}, weighed);
  }

  /** A code weighs the value at its place in the list; a value without one stays. */
  @Test
  void values_areWeighedByTheirOwnNumber() {
    Gating gating = Gating.ofValues(List.of("a", "b", "c"));
    IntFunction<Optional<DeviceTensor>> codes =
        index ->
            index == 1
                ? Optional.empty()
                : Optional.of(Gating.tensor(new double[] {index == 0 ? 0.5 : 0.25}));
    assertEquals(Set.of("a", "b", "c"), gating.values());
    try (Scope scope = Scope.open()) {
      DeviceTensor x = DeviceTensor.ones(1, 2, 1, 1).mul(4);
      assertArrayEquals(new double[] {2, 2}, gating.weighed("a", x, codes).toDoubles());
      assertArrayEquals(new double[] {4, 4}, gating.weighed("b", x, codes).toDoubles());
      assertArrayEquals(new double[] {1, 1}, gating.weighed("c", x, codes).toDoubles());
    }
  }
}
