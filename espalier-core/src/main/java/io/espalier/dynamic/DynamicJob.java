package io.espalier.dynamic;

import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import java.util.function.BooleanSupplier;

/** Everything that a {@link DynamicTrainer} was told. */
record DynamicJob(
    Graph graph,
    DataSplits data,
    Normalization normalization,
    DynamicOptions options,
    Progress progress,
    BooleanSupplier stop) {
  DynamicJob withProgress(Progress value) {
    return new DynamicJob(graph, data, normalization, options, value, stop);
  }

  DynamicJob withStop(BooleanSupplier value) {
    return new DynamicJob(graph, data, normalization, options, progress, value);
  }
}
