package io.espalier.train;

import io.espalier.graph.Graph;
import java.util.List;
import java.util.Optional;

/**
 * What a run came to.
 *
 * @param graph the network with the weights that the run has reached
 * @param history one entry a complete epoch, those before an interruption included
 * @param test accuracy on the test split, if the run is complete and there is one with labels
 * @param complete false if the run was asked to stop; the same call on the same folder goes on
 */
public record TrainResult(
    Graph graph, List<EpochMetrics> history, Optional<Accuracy> test, boolean complete) {
  public TrainResult {
    history = List.copyOf(history);
  }
}
