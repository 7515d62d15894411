package io.espalier.method.sparse.sss;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.train.HookState;

/** The factors of a network's structures while they are trained, one a structure. */
sealed interface Factors permits ProximalFactors, SigmoidFactors {
  /** The rule and its settings in words: what makes two trainings the same. */
  String identity();

  /** The training has this many steps. */
  void begin(long totalSteps);

  /** What the structures are multiplied by in a training step, where its gradient is taken. */
  double[] ahead();

  /** What they are multiplied by otherwise, and in the end: exactly zero for what goes. */
  double[] settled();

  /** How much each structure matters, 0 or more, and 0 where it is settled to go. */
  double[] strengths();

  /** The factors that histograms show. */
  double[] shown();

  /**
   * Learns from one step.
   *
   * @param gradient of the loss with respect to {@link #ahead()}
   * @param rate the learning rate of the step
   */
  void step(double[] gradient, double rate);

  /** An epoch is over, and what is settled to go does not yet meet the budget. */
  void fallShort();

  HookState save();

  /** Goes on from what {@link #save()} gave. */
  void restore(HookState state);

  /** What became of settings that moved during training, for the record. */
  ObjectNode finish();
}
