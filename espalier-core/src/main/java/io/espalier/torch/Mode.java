package io.espalier.torch;

/** What a forward pass is for. */
public enum Mode {
  /** Batch statistics, running statistics updated, dropout on, gradients recorded. */
  TRAIN,
  /** Running statistics, no dropout, no gradients; values are freed at their last use. */
  EVAL,
  /**
   * As {@link #EVAL}, with gradients recorded: for evidence about a network that stays as it is.
   */
  EVAL_GRADIENTS,
  /**
   * Batch statistics, whose plain average over the passes becomes the running statistics; no
   * dropout, no gradients. The first such pass after one of another mode starts the average afresh.
   */
  RECALIBRATE;

  boolean usesBatchStatistics() {
    return this == TRAIN || this == RECALIBRATE;
  }

  boolean recordsGradients() {
    return this == TRAIN || this == EVAL_GRADIENTS;
  }
}
