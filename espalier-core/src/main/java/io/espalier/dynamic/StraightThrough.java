package io.espalier.dynamic;

import io.espalier.torch.DeviceTensor;

/** Gates of Channel Gating in a training pass: a step whose gradient is a sigmoid's. */
final class StraightThrough {
  private StraightThrough() {}

  /** 1 where {@code score} is above 0, else 0; the gradient is that of the sigmoid. */
  static DeviceTensor gate(DeviceTensor score, ThresholdLearning how) {
    DeviceTensor felt = how.oneSided() ? score.relu() : score;
    DeviceTensor soft = felt.mul(how.slope()).sigmoid();
    return soft.add(Binarizer.step(score).sub(soft).detach());
  }
}
