package io.espalier.method.sparse.sss;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.train.HookState;
import java.util.Arrays;
import java.util.Map;

/**
 * Gates {@code q = sigmoid(alpha theta)} that an ever steeper sigmoid pushes to 0 or 1; {@code
 * theta} learns by gradient descent with momentum, and its sign decides in the end.
 */
final class SigmoidFactors implements Factors {
  /** What is added to the loss. */
  enum Penalty {
    /** The weight times the sum of the gates. */
    SUM,
    /** The weight times the square of the mean gate's distance to the share to keep. */
    SHARE
  }

  /**
   * How they are trained.
   *
   * @param penalty what is added to the loss
   * @param gamma its weight
   * @param keep the share of gates to keep, for {@link Penalty#SHARE}
   * @param first the sigmoid's steepness in the first step, above 0
   * @param last its steepness in the last step, not below the first
   * @param start the gates in the first step, above one half and below 1
   * @param rate what the learning rate is multiplied by for {@code theta}, above 0
   * @param momentum share of the velocity that is kept
   */
  record Options(
      Penalty penalty,
      double gamma,
      double keep,
      double first,
      double last,
      double start,
      double rate,
      double momentum) {
    Options {
      require(gamma >= 0, "gamma must be 0 or more", gamma);
      require(keep >= 0 && keep <= 1, "keep must be from 0 to 1", keep);
      require(first > 0, "alpha-first must be above 0", first);
      require(last >= first, "alpha-last must be alpha-first or more", last);
      require(start > 0.5 && start < 1, "start must be above 0.5 and below 1", start);
      require(rate > 0, "gate-rate must be above 0", rate);
      require(momentum >= 0 && momentum < 1, "momentum must be from 0 to below 1", momentum);
    }

    private static void require(boolean holds, String rule, double got) {
      if (!holds) {
        throw new IllegalArgumentException(rule + ", but got " + got);
      }
    }

    Options withKeep(double share) {
      return new Options(penalty, gamma, share, first, last, start, rate, momentum);
    }

    /** The {@code theta} whose gate is {@link #start} in the first step. */
    double theta() {
      return Math.log(start / (1 - start)) / first;
    }
  }

  private final Options options;
  private double[] theta;
  private double[] velocity;
  private long done;
  private long total;

  SigmoidFactors(int count, Options options) {
    this.options = options;
    this.theta = new double[count];
    this.velocity = new double[count];
    Arrays.fill(theta, options.theta());
  }

  @Override
  public String identity() {
    return "sigmoid " + options;
  }

  @Override
  public void begin(long totalSteps) {
    total = totalSteps;
  }

  /** The steepness of the next step; after the last one, that of the last. */
  double alpha() {
    double way = Math.min(1, (double) done / Math.max(1, total - 1));
    return options.first() + way * (options.last() - options.first());
  }

  @Override
  public double[] ahead() {
    double alpha = alpha();
    return Arrays.stream(theta).map(t -> 1 / (1 + Math.exp(-alpha * t))).toArray();
  }

  @Override
  public double[] settled() {
    return Arrays.stream(theta).map(t -> t > 0 ? 1 : 0).toArray();
  }

  @Override
  public double[] strengths() {
    return Arrays.stream(theta).map(t -> Math.max(t, 0)).toArray();
  }

  @Override
  public double[] shown() {
    return ahead();
  }

  @Override
  public void step(double[] gradient, double rate) {
    double alpha = alpha();
    double[] gates = ahead();
    double mean = Arrays.stream(gates).average().orElse(0);
    double pull =
        switch (options.penalty()) {
          case SUM -> options.gamma();
          case SHARE -> 2 * options.gamma() * (mean - options.keep()) / gates.length;
        };
    for (int i = 0; i < theta.length; i++) {
      double slope = alpha * gates[i] * (1 - gates[i]);
      velocity[i] = options.momentum() * velocity[i] + (gradient[i] + pull) * slope;
      theta[i] -= rate * options.rate() * velocity[i];
    }
    done++;
  }

  @Override
  public void fallShort() {
    // The steepness ends the training in time; the weight of the penalty stays.
  }

  @Override
  public HookState save() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    return new HookState(
        Map.of("theta", doubles(theta), "velocity", doubles(velocity)), json.put("done", done));
  }

  @Override
  public void restore(HookState state) {
    theta = state.tensors().get("theta").toDoubles();
    velocity = state.tensors().get("velocity").toDoubles();
    done = state.json().path("done").asLong();
  }

  @Override
  public ObjectNode finish() {
    double[] gates = ahead();
    double[] hard = settled();
    double distance = 0;
    for (int i = 0; i < gates.length; i++) {
      distance = Math.max(distance, Math.abs(gates[i] - hard[i]));
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    return json.put("alpha", alpha()).put("farthestFromHard", distance);
  }

  private static Tensor doubles(double[] values) {
    return Tensor.of(DataType.DOUBLE, new int[] {values.length}, values);
  }
}
