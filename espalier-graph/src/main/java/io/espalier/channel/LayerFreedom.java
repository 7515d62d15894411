package io.espalier.channel;

import java.util.Optional;

/**
 * How far a convolution or linear layer can shrink.
 *
 * @param node the layer
 * @param outputs channels that it makes
 * @param frozenOutputs how many of them cannot be removed
 * @param outputReason why, for the first of those
 * @param inputs channels that it reads
 * @param frozenInputs how many of them cannot be removed
 * @param inputReason why, for the first of those
 */
public record LayerFreedom(
    String node,
    int outputs,
    int frozenOutputs,
    Optional<String> outputReason,
    int inputs,
    int frozenInputs,
    Optional<String> inputReason) {
  /** True when neither side can shrink. */
  public boolean frozen() {
    return frozenOutputs == outputs && frozenInputs == inputs;
  }
}
