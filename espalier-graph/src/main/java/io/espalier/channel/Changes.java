package io.espalier.channel;

import io.espalier.graph.Op;
import java.util.List;
import java.util.Map;

/**
 * Everything that changes in a network when some units go.
 *
 * @param slots parts of weights that go
 * @param operators nodes whose attributes follow, by name
 * @param shuffles permutations of channels that become a gather
 */
public record Changes(List<Slot> slots, Map<String, Op> operators, List<Permutation> shuffles) {
  /** Positions {@code removed} of the index space {@code space} over a weight. */
  public record Slot(String initializer, List<Integer> space, int[] removed) {}

  /** {@code exit} becomes {@code entry} at {@code indices} along {@code axis}. */
  public record Permutation(String entry, String exit, int axis, List<Integer> indices) {}
}
