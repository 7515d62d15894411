package io.espalier.method;

/** How a method comes to its plan. */
public enum MethodKind {
  /** Scores units; see {@link Criterion} and {@link DataCriterion}. */
  CRITERION("criterion"),
  /** Trains the network with a penalty, then applies a threshold; a {@link Procedure}. */
  SPARSE_TRAINING("sparse training"),
  /** Trains gates on values together with the network, then hardens them; a {@link Procedure}. */
  GATE("gate"),
  /** Selects and refits layer by layer; a {@link Procedure}. */
  RECONSTRUCTION("reconstruction"),
  /** Looks for the width of each layer; a {@link Procedure}. */
  SEARCH("search"),
  /** Sets single weights to zero and removes no channels; a {@link Procedure}. */
  WEIGHT_MASK("weight mask");

  private final String word;

  MethodKind(String word) {
    this.word = word;
  }

  /** The kind in lower case, as a user reads it. */
  public String word() {
    return word;
  }
}
