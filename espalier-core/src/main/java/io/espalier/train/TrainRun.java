package io.espalier.train;

import io.espalier.torch.TorchNet;

/**
 * A run as a hook sees it at its start.
 *
 * @param net the network that is trained, which the run owns
 * @param options how it is trained
 * @param stepsPerEpoch batches in an epoch
 */
public record TrainRun(TorchNet net, TrainOptions options, int stepsPerEpoch) {
  /** Steps of the whole run. */
  public long totalSteps() {
    return (long) stepsPerEpoch * options.epochs();
  }
}
