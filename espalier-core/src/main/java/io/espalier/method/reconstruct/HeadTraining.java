package io.espalier.method.reconstruct;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainRun;
import io.espalier.train.TrainStep;
import java.util.List;
import java.util.Optional;

/** Adds the cross entropies of heads to the loss of the network that they sit on. */
final class HeadTraining implements TrainHook {
  private final List<String> logits;
  private double labelSmoothing;

  /**
   * @param logits the outputs of the heads, {@code [N, classes]} each
   */
  HeadTraining(List<String> logits) {
    this.logits = List.copyOf(logits);
  }

  @Override
  public String identity() {
    return "dcp heads " + logits;
  }

  @Override
  public void start(TrainRun run) {
    labelSmoothing = run.options().labelSmoothing();
  }

  @Override
  public Optional<DeviceTensor> extraLoss(TrainStep step) {
    DeviceTensor labels = DeviceTensor.of(step.labels(), step.images());
    return logits.stream()
        .map(name -> Losses.crossEntropy(step.outputs().get(name), labels, labelSmoothing))
        .reduce(DeviceTensor::add);
  }
}
