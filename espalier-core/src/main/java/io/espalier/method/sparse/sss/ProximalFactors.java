package io.espalier.method.sparse.sss;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.train.HookState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Factors under an l1 penalty, trained by {@link Apg} from one on. */
final class ProximalFactors implements Factors {
  /**
   * How they are trained.
   *
   * @param gamma weight of the penalty
   * @param growth what the weight is multiplied by after each epoch that falls short of the budget
   * @param momentum share of the velocity that is kept
   * @param clamped whether factors stay 0 or more
   */
  record Options(double gamma, double growth, double momentum, boolean clamped) {
    Options {
      if (!(gamma >= 0) || !(growth >= 1)) {
        throw new IllegalArgumentException(
            "gamma must be 0 or more and gamma-growth 1 or more, but got %s and %s"
                .formatted(gamma, growth));
      }
    }
  }

  private final Options options;
  private final Weighting weighting;
  private final Apg apg;
  private double gamma;

  ProximalFactors(int count, Options options, Weighting weighting) {
    this.options = options;
    this.weighting = weighting;
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    this.apg = new Apg(ones, options.momentum(), options.clamped());
    this.gamma = options.gamma();
  }

  @Override
  public String identity() {
    return "proximal %s %s".formatted(options, weighting);
  }

  @Override
  public void begin(long totalSteps) {
    // Every step is like the one before.
  }

  @Override
  public double[] ahead() {
    return apg.ahead();
  }

  @Override
  public double[] settled() {
    return apg.iterate();
  }

  @Override
  public double[] strengths() {
    return Arrays.stream(apg.iterate()).map(Math::abs).toArray();
  }

  @Override
  public double[] shown() {
    return apg.iterate();
  }

  @Override
  public void step(double[] gradient, double rate) {
    double[] weights = weighting.of(gradient);
    double[] thresholds = new double[weights.length];
    for (int i = 0; i < thresholds.length; i++) {
      thresholds[i] = rate * gamma * weights[i];
    }
    apg.step(gradient, rate, thresholds);
  }

  @Override
  public void fallShort() {
    gamma *= options.growth();
  }

  @Override
  public HookState save() {
    Map<String, Tensor> tensors = new HashMap<>();
    tensors.put("ahead", doubles(apg.ahead()));
    tensors.put("iterate", doubles(apg.iterate()));
    tensors.put("velocity", doubles(apg.velocity()));
    weighting.save().ifPresent(memory -> tensors.put("weighting", doubles(memory)));
    return new HookState(tensors, JsonNodeFactory.instance.objectNode().put("gamma", gamma));
  }

  @Override
  public void restore(HookState state) {
    Map<String, Tensor> tensors = state.tensors();
    apg.restore(
        tensors.get("ahead").toDoubles(),
        tensors.get("iterate").toDoubles(),
        tensors.get("velocity").toDoubles());
    if (tensors.containsKey("weighting")) {
      weighting.restore(tensors.get("weighting").toDoubles());
    }
    gamma = state.json().path("gamma").asDouble();
  }

  @Override
  public ObjectNode finish() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    return json.put("gamma", gamma);
  }

  private static Tensor doubles(double[] values) {
    return Tensor.of(DataType.DOUBLE, new int[] {values.length}, values);
  }
}
