package io.espalier.train;

import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.progress.Progress;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Everything that a {@link Trainer} was told. */
record TrainJob(
    Graph graph,
    DataSplits data,
    Normalization normalization,
    TrainOptions options,
    Optional<Graph> teacher,
    TrainHook hook,
    Progress progress,
    BooleanSupplier stop,
    boolean mayChangeRate) {
  TrainJob withTeacher(Graph value) {
    return new TrainJob(
        graph,
        data,
        normalization,
        options,
        Optional.of(value),
        hook,
        progress,
        stop,
        mayChangeRate);
  }

  TrainJob withHook(TrainHook value) {
    return new TrainJob(
        graph, data, normalization, options, teacher, value, progress, stop, mayChangeRate);
  }

  TrainJob withProgress(Progress value) {
    return new TrainJob(
        graph, data, normalization, options, teacher, hook, value, stop, mayChangeRate);
  }

  TrainJob withStop(BooleanSupplier value) {
    return new TrainJob(
        graph, data, normalization, options, teacher, hook, progress, value, mayChangeRate);
  }

  TrainJob withMayChangeRate() {
    return new TrainJob(graph, data, normalization, options, teacher, hook, progress, stop, true);
  }

  /** Says in one line what cannot work. */
  void check() {
    InputCheck.check(graph, data.train());
    boolean distills = options.distillation().weight() > 0;
    if (distills != teacher.isPresent()) {
      throw new TrainException(
          distills
              ? "distillation needs a teacher network"
              : "a teacher was given, but the options ask for no distillation");
    }
    if (!distills && !data.train().isLabelled()) {
      throw new TrainException(
          "the training images have no labels: give labels, or distil from a teacher");
    }
    teacher.ifPresent(this::checkTeacher);
  }

  private void checkTeacher(Graph network) {
    InputCheck.check(network, data.train());
    if (network.outputs().size() != graph.outputs().size()) {
      throw new TrainException(
          "the teacher has %d outputs, but the network has %d"
              .formatted(network.outputs().size(), graph.outputs().size()));
    }
  }

  RunIdentity identity() {
    return new RunIdentity(
        options.identity(),
        Digests.of(graph),
        teacher.map(Digests::of).orElse(""),
        Digests.of(data.train().digest() + normalization),
        hook.identity());
  }
}
