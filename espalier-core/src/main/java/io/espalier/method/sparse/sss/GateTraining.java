package io.espalier.method.sparse.sss;

import io.espalier.method.MethodException;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Taps;
import io.espalier.train.EpochMetrics;
import io.espalier.train.HookState;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainRun;
import io.espalier.train.TrainStep;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Trains factors beside the weights of {@link Gates#graph()}. */
final class GateTraining implements TrainHook {
  private final Gates gates;
  private final Factors factors;
  private final BooleanSupplier enough;
  private DeviceTensor live;

  /**
   * @param enough whether what is zero meets the budget; asked after each epoch
   */
  GateTraining(Gates gates, Factors factors, BooleanSupplier enough) {
    this.gates = gates;
    this.factors = factors;
    this.enough = enough;
  }

  @Override
  public String identity() {
    return factors.identity();
  }

  @Override
  public void start(TrainRun run) {
    factors.begin(run.totalSteps());
  }

  @Override
  public Taps taps(Mode mode) {
    if (mode != Mode.TRAIN) {
      return gates.taps(factors.settled());
    }
    double[] ahead = factors.ahead();
    float[] values = new float[ahead.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ahead[i];
    }
    live = DeviceTensor.of(values, values.length).requiresGrad(true);
    return gates.taps(live);
  }

  @Override
  public void afterStep(TrainStep step) {
    double[] gradient = live.grad().toDoubles();
    if (!Arrays.stream(gradient).allMatch(Double::isFinite)) {
      throw new MethodException(
          "the gradient of a factor is not finite in epoch %d: lower the learning rate"
              .formatted(step.epoch() + 1));
    }
    factors.step(gradient, step.learningRate());
  }

  @Override
  public Map<String, Double> figures() {
    double zeros = Arrays.stream(factors.strengths()).filter(s -> s == 0).count();
    return Map.of("zeroFactors", zeros);
  }

  @Override
  public void endOfEpoch(EpochMetrics metrics) {
    if (!enough.getAsBoolean()) {
      factors.fallShort();
    }
  }

  @Override
  public HookState save() {
    return factors.save();
  }

  @Override
  public void restore(HookState state) {
    factors.restore(state);
  }
}
