package io.espalier.method;

import io.espalier.surgery.Scores;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;

/**
 * Scores all units of a network from what the network does on images: activations, gradients. The
 * units with the smallest scores go. Where the bench's seed and images are the same, so are the
 * scores.
 */
@FunctionalInterface
public non-sealed interface DataCriterion extends PruningMethod {
  /**
   * The importance of every unit of the bench's network.
   *
   * @return finite numbers, comparable across groups; infinite for units that must stay, such as
   *     those that the method cannot judge
   */
  Scores score(Workbench bench);

  /**
   * What the method would remove by a threshold of its own, by group index; asked for only where
   * neither a budget nor ratios say how much must go.
   */
  default Optional<Map<Integer, BitSet>> ownChoice(Workbench bench, Scores scores) {
    return Optional.empty();
  }

  @Override
  default MethodKind kind() {
    return MethodKind.CRITERION;
  }
}
