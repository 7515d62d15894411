package io.espalier.method.gate;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The linear layer that makes a code of the features of a batch: {@code v = sigmoid(alpha (W f +
 * b))}, one number a unit. Owns its weights.
 */
final class CodeLayer implements AutoCloseable {
  private final DeviceTensor weight;
  private final DeviceTensor bias;

  /**
   * A layer with random weights of standard deviation {@code scale * sqrt(2 / width)} and a bias of
   * zeros; to be called outside of every scope.
   *
   * @param units number of codes
   * @param width number of features
   */
  CodeLayer(int units, int width, double scale, SplittableRandom random) {
    float[] values = new float[Math.multiplyExact(units, width)];
    double deviation = scale * Math.sqrt(2.0 / width);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    weight = DeviceTensor.of(values, units, width).requiresGrad(true);
    bias = DeviceTensor.zeros(units).requiresGrad(true);
  }

  /** What trains, by name; owned by this layer. */
  Map<String, DeviceTensor> parameters() {
    Map<String, DeviceTensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    return parameters;
  }

  /**
   * The code of a batch.
   *
   * @param features {@code [width]}
   * @return {@code [units]}, each from 0 to 1
   */
  DeviceTensor code(DeviceTensor features, double alpha) {
    return code(weight, bias, features, alpha);
  }

  static DeviceTensor code(
      DeviceTensor weight, DeviceTensor bias, DeviceTensor features, double alpha) {
    DeviceTensor column = features.to(weight.type()).reshape(-1, 1);
    DeviceTensor sums = weight.matmul(column).to(bias.type()).reshape(-1);
    return sums.add(bias).mul(alpha).sigmoid();
  }

  /** Overwrites {@code parameters} by the values of the same names. */
  static void load(
      Map<String, DeviceTensor> parameters, Map<String, io.espalier.graph.Tensor> values) {
    try (Scope scope = Scope.open()) {
      DeviceTensor.withoutGradients(
          () -> {
            parameters.forEach(
                (name, tensor) -> tensor.copyFrom(DeviceTensor.of(values.get(name))));
            return null;
          });
    }
  }

  @Override
  public void close() {
    weight.close();
    bias.close();
  }
}
