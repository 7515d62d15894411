package io.espalier.method;

import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Everything that a {@link Pruner} was told. */
record PruneJob(
    Graph graph,
    PruneOptions options,
    Optional<Images> data,
    Optional<PlanCheck> check,
    Progress progress,
    BooleanSupplier stop) {
  /** Images and what they are fed as. */
  record Images(DataSplits splits, Normalization normalization) {}

  PruneJob withData(Images value) {
    return new PruneJob(graph, options, Optional.of(value), check, progress, stop);
  }

  PruneJob withCheck(PlanCheck value) {
    return new PruneJob(graph, options, data, Optional.of(value), progress, stop);
  }

  PruneJob withProgress(Progress value) {
    return new PruneJob(graph, options, data, check, value, stop);
  }

  PruneJob withStop(BooleanSupplier value) {
    return new PruneJob(graph, options, data, check, progress, value);
  }
}
