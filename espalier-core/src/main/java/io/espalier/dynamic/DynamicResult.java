package io.espalier.dynamic;

import io.espalier.train.EpochMetrics;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What making a network dynamic came to.
 *
 * @param net the network as far as it is trained
 * @param budget the budget as a share of the original network's MACs
 * @param measure accuracy and costs on the images for evaluation, if the run is complete and there
 *     are any with labels
 * @param history one entry a complete epoch, by stage
 * @param warnings what the user should know: a missed budget, a collapse, layers that nobody uses
 * @param complete false if the run was asked to stop; the same call on the same folder goes on
 */
public record DynamicResult(
    DynamicNet net,
    double budget,
    Optional<DynamicMeasure> measure,
    Map<String, List<EpochMetrics>> history,
    List<String> warnings,
    boolean complete) {
  public DynamicResult {
    history = Collections.unmodifiableMap(new LinkedHashMap<>(history));
    warnings = List.copyOf(warnings);
  }
}
