package io.espalier.method.sparse;

import io.espalier.torch.DeviceTensor;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainStep;
import java.util.Set;
import java.util.TreeSet;

/**
 * The L1 penalty {@code lambda * sum |gamma|} by its subgradient: after the backward pass each
 * scale's gradient grows by {@code lambda * sign(gamma)}, with {@code sign(0) = 0}. Gradients are
 * never scaled here, so nothing has to be undone before.
 *
 * @param scales names of the scales of normalisations that are penalised
 * @param lambda the penalty's factor
 */
record ScalePenalty(Set<String> scales, double lambda) implements TrainHook {
  ScalePenalty {
    scales = new TreeSet<>(scales);
  }

  @Override
  public String identity() {
    return "slimming: lambda %s on %s".formatted(lambda, scales);
  }

  @Override
  public void afterBackward(TrainStep step) {
    DeviceTensor.withoutGradients(
        () -> {
          for (String name : scales) {
            DeviceTensor scale = step.net().parameters().get(name);
            if (scale.hasGrad()) {
              scale.grad().addInPlace(scale.sign(), lambda);
            }
          }
          return null;
        });
  }
}
