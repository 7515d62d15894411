package io.espalier.method.sparse;

import io.espalier.torch.DeviceTensor;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainStep;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Iterative shrinkage of the scales of normalisations: {@code gamma <- S_a(gamma - rate *
 * gradient)} with {@code a = rate * rho * cost} and the soft threshold {@code S_a(x) = sign(x)
 * max(|x| - a, 0)}, without momentum and weight decay. The optimiser leaves these parameters alone:
 * it sees no gradient.
 */
final class ProximalScales implements TrainHook {
  private final double rho;
  private final Map<String, double[]> costs;
  private final Map<String, DeviceTensor> gradients = new HashMap<>();

  /**
   * @param rho the penalty's factor
   * @param costs what each entry of a scale costs, by the scale's name
   */
  ProximalScales(double rho, Map<String, double[]> costs) {
    this.rho = rho;
    this.costs = new TreeMap<>(costs);
  }

  @Override
  public String identity() {
    StringBuilder words = new StringBuilder("ista: rho " + rho + " on");
    costs.forEach((name, cost) -> words.append(' ').append(name).append(Arrays.hashCode(cost)));
    return words.toString();
  }

  @Override
  public void afterBackward(TrainStep step) {
    gradients.clear();
    for (String name : costs.keySet()) {
      DeviceTensor scale = step.net().parameters().get(name);
      if (scale.hasGrad()) {
        gradients.put(name, scale.grad().copy());
        scale.zeroGrad();
      }
    }
  }

  @Override
  public void afterStep(TrainStep step) {
    DeviceTensor.withoutGradients(
        () -> {
          gradients.forEach((name, gradient) -> shrink(name, gradient, step));
          return null;
        });
    gradients.clear();
  }

  private void shrink(String name, DeviceTensor gradient, TrainStep step) {
    DeviceTensor scale = step.net().parameters().get(name);
    DeviceTensor moved = scale.sub(gradient.mul(step.learningRate()));
    double[] cost = costs.get(name);
    float[] thresholds = new float[cost.length];
    for (int i = 0; i < cost.length; i++) {
      thresholds[i] = (float) (step.learningRate() * rho * cost[i]);
    }
    DeviceTensor a = DeviceTensor.of(thresholds, thresholds.length).to(moved.type());
    scale.copyFrom(softThreshold(moved, a));
  }

  /** {@code sign(x) max(|x| - a, 0)}, element by element; {@code a} is not negative. */
  static DeviceTensor softThreshold(DeviceTensor x, DeviceTensor a) {
    return x.sign().mul(x.abs().sub(a).relu());
  }
}
