package io.espalier.dynamic;

import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Everything that a {@link DynamicTrainer} was told. */
record DynamicJob(
    Graph graph,
    DataSplits data,
    Normalization normalization,
    DynamicOptions options,
    Optional<Graph> teacher,
    Progress progress,
    BooleanSupplier stop) {
  DynamicJob withTeacher(Graph value) {
    return new DynamicJob(graph, data, normalization, options, Optional.of(value), progress, stop);
  }

  DynamicJob withProgress(Progress value) {
    return new DynamicJob(graph, data, normalization, options, teacher, value, stop);
  }

  DynamicJob withStop(BooleanSupplier value) {
    return new DynamicJob(graph, data, normalization, options, teacher, progress, value);
  }
}
