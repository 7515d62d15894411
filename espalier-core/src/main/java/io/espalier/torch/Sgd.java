package io.espalier.torch;

import io.espalier.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Scalar;

/**
 * Stochastic gradient descent with momentum. For the gradient {@code g} of a weight {@code w}, in
 * this order: {@code g += decay * w}; {@code b = momentum * b + g}, starting with {@code b = g};
 * {@code w -= rate * b}, or with Nesterov's form {@code w -= rate * (g + momentum * b)}. A
 * parameter without a gradient stays as it is. Owns its momentum buffers, not the parameters.
 */
public final class Sgd implements AutoCloseable {
  /**
   * The numbers that do not change from step to step.
   *
   * @param momentum share of the last update that is kept, 0 or more and below 1
   * @param nesterov whether to look ahead; needs momentum
   */
  public record Options(double momentum, boolean nesterov) {
    public Options {
      if (!(momentum >= 0 && momentum < 1)) {
        throw new IllegalArgumentException("momentum must be 0 to below 1, but got " + momentum);
      }
      if (nesterov && momentum == 0) {
        throw new IllegalArgumentException("Nesterov's form needs a momentum above 0");
      }
    }
  }

  private final Map<String, DeviceTensor> parameters;
  private final Map<String, Double> decays = new LinkedHashMap<>();
  private final Map<String, DeviceTensor> buffers = new LinkedHashMap<>();
  private final Options options;

  /**
   * An optimiser that has made no step yet.
   *
   * @param parameters by name
   * @param weightDecay the decay of each parameter, by its name
   */
  public Sgd(
      Map<String, DeviceTensor> parameters, Options options, ToDoubleFunction<String> weightDecay) {
    this.parameters = new LinkedHashMap<>(parameters);
    this.options = options;
    parameters.keySet().forEach(name -> decays.put(name, weightDecay.applyAsDouble(name)));
  }

  /** Changes every parameter by its gradient. */
  public void step(double rate) {
    try (Scope scope = Scope.open();
        Scalar momentum = new Scalar(options.momentum());
        Scalar minusRate = new Scalar(-rate)) {
      DeviceTensor.withoutGradients(
          () -> {
            parameters.forEach((name, weight) -> update(name, weight, momentum, minusRate));
            return null;
          });
    }
  }

  private void update(String name, DeviceTensor weight, Scalar momentum, Scalar minusRate) {
    org.bytedeco.pytorch.Tensor raw = weight.raw();
    org.bytedeco.pytorch.Tensor grad = raw.grad();
    if (!grad.defined()) {
      return;
    }
    double decay = decays.get(name);
    if (decay != 0) {
      grad = grad.add(raw, new Scalar(decay));
    }
    if (options.momentum() != 0) {
      org.bytedeco.pytorch.Tensor buffer = accumulate(name, grad, momentum);
      grad = options.nesterov() ? grad.add(buffer, momentum) : buffer;
    }
    raw.add_(grad, minusRate);
  }

  private org.bytedeco.pytorch.Tensor accumulate(
      String name, org.bytedeco.pytorch.Tensor grad, Scalar momentum) {
    DeviceTensor buffer = buffers.get(name);
    if (buffer == null) {
      buffer = new DeviceTensor(grad.clone()).own();
      buffers.put(name, buffer);
      return buffer.raw();
    }
    return buffer.raw().mul_(momentum).add_(grad);
  }

  /** Forgets the gradients of all parameters. */
  public void zeroGrad() {
    parameters.values().forEach(DeviceTensor::zeroGrad);
  }

  /**
   * The momentum buffers by parameter name, in host memory; a parameter without one is left out.
   */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    buffers.forEach((name, buffer) -> state.put(name, buffer.toHost()));
    return state;
  }

  /**
   * Replaces the momentum buffers by those of {@link #state()}.
   *
   * @throws IllegalArgumentException if an entry has no parameter of its shape
   */
  public void load(Map<String, Tensor> state) {
    state.forEach((name, tensor) -> Weights.requireMatch(name, parameters.get(name), tensor));
    close();
    state.forEach(
        (name, tensor) -> buffers.put(name, Weights.copyLike(parameters.get(name), tensor).own()));
  }

  @Override
  public void close() {
    buffers.values().forEach(DeviceTensor::close);
    buffers.clear();
  }
}
