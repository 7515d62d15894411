package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.torch.DeviceTensor;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainStep;
import java.util.List;
import java.util.Optional;

/** The group lasso {@code lambda * sum ||w_c||} over units, as a part of the loss. */
final class OutInLasso implements TrainHook {
  private static final double SMALLEST = 1e-12;

  private final List<ChannelGroup> groups;
  private final UnitNorms norms;
  private final double lambda;

  OutInLasso(List<ChannelGroup> groups, double lambda) {
    this.groups = groups;
    this.norms = new UnitNorms(groups);
    this.lambda = lambda;
  }

  @Override
  public String identity() {
    return "oicsr: lambda %s on %s".formatted(lambda, groups);
  }

  @Override
  public Optional<DeviceTensor> extraLoss(TrainStep step) {
    return groups.isEmpty() || lambda == 0
        ? Optional.empty()
        : Optional.of(norms.sum(step.net().parameters(), SMALLEST).mul(lambda));
  }
}
