package io.espalier.train;

import io.espalier.data.Batch;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/** The loss of a batch: cross-entropy to the labels, nearness to a teacher, or both. */
final class Objective {
  private static final double LEAST_MEAN_SQUARE = 1e-12;

  private final double labelSmoothing;
  private final Distillation distillation;

  Objective(double labelSmoothing, Distillation distillation) {
    this.labelSmoothing = labelSmoothing;
    this.distillation = distillation;
  }

  /**
   * The loss, a scalar.
   *
   * @param outputs of the network that learns; labels belong to the first one
   * @param teacher outputs of the teacher in the same order; empty without a teacher
   */
  DeviceTensor loss(List<DeviceTensor> outputs, List<DeviceTensor> teacher, Batch batch) {
    double share = distillation.weight();
    Optional<DeviceTensor> label =
        share < 1 ? labelLoss(outputs.getFirst(), batch.labels()) : Optional.empty();
    if (share == 0) {
      return label.orElseThrow(() -> new TrainException("a batch has no labels to learn from"));
    }
    DeviceTensor taught = taught(outputs, teacher);
    return label.map(loss -> loss.mul(1 - share).add(taught.mul(share))).orElse(taught);
  }

  private Optional<DeviceTensor> labelLoss(DeviceTensor output, long[] labels) {
    int[] rows = IntStream.range(0, labels.length).filter(row -> labels[row] >= 0).toArray();
    if (rows.length == 0) {
      return Optional.empty();
    }
    DeviceTensor logits = logits(output).orElseThrow(() -> noClasses(output));
    long[] known = IntStream.of(rows).mapToLong(row -> labels[row]).toArray();
    if (rows.length < labels.length) {
      logits = logits.indexSelect(0, IntStream.of(rows).asLongStream().toArray());
    }
    DeviceTensor target = DeviceTensor.of(known, known.length);
    return Optional.of(Losses.crossEntropy(logits, target, labelSmoothing));
  }

  private DeviceTensor taught(List<DeviceTensor> outputs, List<DeviceTensor> teacher) {
    return switch (distillation) {
      case Distillation.None none -> throw new IllegalStateException("no distillation was asked");
      case Distillation.Outputs all -> sum(outputs, teacher, Objective::relativeSquares);
      case Distillation.Logits soft ->
          sum(
              classes(outputs),
              classes(teacher),
              (own, goal) -> Losses.distillation(own, goal, soft.temperature()));
    };
  }

  private static DeviceTensor relativeSquares(DeviceTensor own, DeviceTensor goal) {
    DeviceTensor scale = goal.square().mean().clamp(LEAST_MEAN_SQUARE, Float.MAX_VALUE);
    return Losses.meanSquared(own, goal).div(scale);
  }

  private static DeviceTensor sum(
      List<DeviceTensor> outputs, List<DeviceTensor> goals, BinaryOperator<DeviceTensor> loss) {
    DeviceTensor sum = null;
    for (int i = 0; i < outputs.size(); i++) {
      DeviceTensor term = loss.apply(outputs.get(i), goals.get(i).detach());
      sum = sum == null ? term : sum.add(term);
    }
    return sum;
  }

  private static List<DeviceTensor> classes(List<DeviceTensor> outputs) {
    List<DeviceTensor> logits = new ArrayList<>();
    outputs.forEach(output -> logits(output).ifPresent(logits::add));
    if (logits.isEmpty()) {
      throw noClasses(outputs.getFirst());
    }
    return logits;
  }

  /** {@code output} as {@code [N, classes]}, if it is that, or that with spatial size 1. */
  static Optional<DeviceTensor> logits(DeviceTensor output) {
    long[] shape = output.shape();
    if (shape.length < 2 || shape[0] * shape[1] != output.elements()) {
      return Optional.empty();
    }
    return Optional.of(shape.length == 2 ? output : output.reshape(shape[0], shape[1]));
  }

  static TrainException noClasses(DeviceTensor output) {
    return new TrainException(
        "labels need an output [N, classes], but the network gives %s: use the distillation of "
                .formatted(output)
            + "outputs, which needs no labels");
  }
}
