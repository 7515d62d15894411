package io.espalier.method;

import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import java.util.Optional;

/** Says what a prune lacks, and the way out, before anything is computed. */
final class PruneCheck {
  private PruneCheck() {}

  /**
   * Makes sure that {@code job} can be done.
   *
   * @throws MethodException if it cannot
   */
  static void check(PruneJob job) {
    PruneOptions options = job.options();
    boolean images = job.data().map(data -> !data.splits().train().isEmpty()).orElse(false);
    if (options.fineTuning().isPresent() && !images) {
      throw new MethodException("fine-tuning needs training images: give --data, or no epochs");
    }
    if (options.recalibrationBatches() > 0 && !images) {
      throw new MethodException("recalibration needs training images: give --data");
    }
    if (options.source() instanceof PlanSource.ByMethod method) {
      Iteration iteration = method.iteration();
      boolean between = iteration.steps() > 1 && iteration.epochs() > 0;
      if (between && options.fineTuning().isEmpty()) {
        throw new MethodException("epochs between cuts need fine-tuning to be asked for");
      }
      check(Methods.get(method.id()).info(), job);
      PruningMethod made = Methods.create(method.id(), method.settings());
      if (made instanceof Procedure && iteration.steps() > 1) {
        throw new MethodException(
            "%s does its own iterations: see its settings instead of --steps"
                .formatted(method.id()));
      }
    }
  }

  /**
   * Makes sure that {@code job} has what a method needs.
   *
   * @throws MethodException if it has not
   */
  static void check(MethodInfo info, PruneJob job) {
    for (Need need : info.needs()) {
      unmet(need, job)
          .ifPresent(
              problem -> {
                throw new MethodException("%s needs %s".formatted(info.id(), problem));
              });
    }
  }

  private static Optional<String> unmet(Need need, PruneJob job) {
    Optional<Dataset> images = job.data().map(data -> data.splits().forTraining());
    return switch (need) {
      case WEIGHTS -> Optional.empty();
      case BATCH_NORM ->
          hasBatchNorm(job.graph())
              ? Optional.empty()
              : Optional.of(
                  "batch normalisation; this file has none, or has it folded into its"
                      + " convolutions: use l1, or export without folding");
      case ACTIVATIONS, GRADIENTS -> withoutImages(images);
      case TRAINING -> withoutImages(images).or(() -> withoutALesson(images.get(), job));
      case LABELS ->
          images.isPresent() && images.get().isLabelled()
              ? Optional.empty()
              : Optional.of("images with labels: give --data with classes, or use l1");
    };
  }

  private static Optional<String> withoutImages(Optional<Dataset> images) {
    return images.isPresent() && !images.get().isEmpty()
        ? Optional.empty()
        : Optional.of("images to run the network on: give --data, or use l1");
  }

  /** Training learns from labels, from the unpruned network, or from both. */
  private static Optional<String> withoutALesson(Dataset images, PruneJob job) {
    boolean distills = job.options().training().distillation().weight() > 0;
    return distills || images.isLabelled()
        ? Optional.empty()
        : Optional.of(
            "images with labels or a teacher: give --data with classes, or --distill, or use l1");
  }

  private static boolean hasBatchNorm(Graph graph) {
    return graph.nodes().stream().map(Node::op).anyMatch(Op.BatchNorm.class::isInstance);
  }
}
