package io.espalier.method;

import java.util.Optional;

/**
 * Scores the units of one channel group from evidence; the units with the smallest scores go. A
 * criterion is a function of the evidence: the same evidence gives the same scores.
 */
@FunctionalInterface
public non-sealed interface Criterion extends PruningMethod {
  /**
   * The importance of each unit of the evidence's group, in unit order.
   *
   * @return finite numbers, comparable across groups; {@link Double#POSITIVE_INFINITY} for a unit
   *     that must stay; empty if the group shows nothing to judge it by, and then it stays whole
   */
  Optional<double[]> score(Evidence evidence);

  @Override
  default MethodKind kind() {
    return MethodKind.CRITERION;
  }
}
