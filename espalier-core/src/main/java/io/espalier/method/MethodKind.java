package io.espalier.method;

/** How a method comes to its plan; one constant for each interface of {@link PruningMethod}. */
public enum MethodKind {
  /** Scores units; see {@link Criterion}. */
  CRITERION("criterion");

  private final String word;

  MethodKind(String word) {
    this.word = word;
  }

  /** The kind in lower case, as a user reads it. */
  public String word() {
    return word;
  }
}
