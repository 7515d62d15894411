package io.espalier.dynamic;

import io.espalier.train.TrainOptions;
import java.util.Optional;

/**
 * How a network is made dynamic, in three stages.
 *
 * @param gates where gates stand and what they are
 * @param learning how they are trained
 * @param backbone how the network is trained before it is gated; empty if it is trained already
 * @param warmUp how the saliencies are trained alone; empty for no warm-up
 * @param joint how everything is trained together
 * @param recalibrationBatches batches over which the statistics of batch normalisation are measured
 *     again at the end, with the gates as they run later; 0 keeps those of the training
 */
public record DynamicOptions(
    GateOptions gates,
    GateLearning learning,
    Optional<TrainOptions> backbone,
    Optional<TrainOptions> warmUp,
    TrainOptions joint,
    int recalibrationBatches) {
  public DynamicOptions {
    if (recalibrationBatches < 0) {
      throw new IllegalArgumentException(
          "batches to recalibrate on must be 0 or more, but got " + recalibrationBatches);
    }
  }

  /**
   * A trained network gated by {@code variant} and trained on for a budget, without warm-up. The
   * gates' weights have the seed of the training.
   */
  public static DynamicOptions of(Variant variant, double budget, TrainOptions joint) {
    return new DynamicOptions(
        GateOptions.of(variant).withSeed(joint.seed()),
        GateLearning.of(variant, budget),
        Optional.empty(),
        Optional.empty(),
        joint,
        50);
  }

  /**
   * The text of the variant's paper for gates and their training; rates and epochs are the
   * caller's. Channel Gating has no warm-up.
   */
  public static DynamicOptions paper(
      Variant variant, double budget, TrainOptions warmUp, TrainOptions joint) {
    boolean warms = variant.design() instanceof GateDesign.Channels;
    return new DynamicOptions(
        GateOptions.paper(variant).withSeed(joint.seed()),
        GateLearning.paper(budget),
        Optional.empty(),
        warms ? Optional.of(warmUp) : Optional.empty(),
        joint,
        0);
  }

  public DynamicOptions withGates(GateOptions value) {
    return new DynamicOptions(value, learning, backbone, warmUp, joint, recalibrationBatches);
  }

  public DynamicOptions withLearning(GateLearning value) {
    return new DynamicOptions(gates, value, backbone, warmUp, joint, recalibrationBatches);
  }

  public DynamicOptions withBackbone(Optional<TrainOptions> value) {
    return new DynamicOptions(gates, learning, value, warmUp, joint, recalibrationBatches);
  }

  public DynamicOptions withWarmUp(Optional<TrainOptions> value) {
    return new DynamicOptions(gates, learning, backbone, value, joint, recalibrationBatches);
  }

  public DynamicOptions withJoint(TrainOptions value) {
    return new DynamicOptions(gates, learning, backbone, warmUp, value, recalibrationBatches);
  }

  public DynamicOptions withRecalibrationBatches(int value) {
    return new DynamicOptions(gates, learning, backbone, warmUp, joint, value);
  }
}
