package io.espalier.method;

/**
 * A method with its settings fixed: comes, from a network, to what goes. Each way of coming to it
 * is an interface of its own that third parties may implement. What all have in common is their
 * result, a network (the same one, or one with weights refitted) and a plan for it, and {@link
 * Pruner} has one case a way.
 */
public sealed interface PruningMethod permits Criterion, DataCriterion, Procedure {
  /** How the method comes to its plan. */
  MethodKind kind();
}
