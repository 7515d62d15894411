package io.espalier.method;

/**
 * A method that does work of its own before anything goes: it trains with a penalty or with gates,
 * refits weights, or searches. It comes to its cuts by {@link Workbench#cut}, at least once, and
 * the network that stands on the bench at its end is its result. Training of {@link
 * PruneOptions#fineTuning()} follows after that.
 *
 * <p>A procedure may be stopped inside any call of the bench and is then run again from its
 * beginning: what the bench has on record comes back at once instead of being done again. It must
 * therefore make the same calls with the same names, and keep no state between two runs.
 */
public non-sealed interface Procedure extends PruningMethod {
  /** Does the work. */
  void run(Workbench bench);
}
