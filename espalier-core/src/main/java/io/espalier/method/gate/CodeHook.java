package io.espalier.method.gate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Sgd;
import io.espalier.torch.Taps;
import io.espalier.train.HookState;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainRun;
import io.espalier.train.TrainStep;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Learns codes together with the network: weighs values by them, adds their sparsity losses, and
 * trains the code layers by an optimiser of its own, at the network's rate, momentum and decay.
 * Validation goes by the binary codes of the last looks. Owns the codes.
 */
final class CodeHook implements TrainHook, AutoCloseable {
  private static final String MOMENTUM = "momentum/";

  private final String identity;
  private final Gating gating;
  private final List<Code> codes;
  private final Sgd sgd;
  private long totalSteps = 1;
  private long steps;

  /**
   * @param gating where the codes weigh
   * @param codes what is learned; closed with this hook
   */
  CodeHook(String identity, Gating gating, List<Code> codes, TrainOptions training) {
    this.identity = identity;
    this.gating = gating;
    this.codes = List.copyOf(codes);
    Sgd.Options descent = new Sgd.Options(training.momentum(), training.nesterov());
    this.sgd = new Sgd(parameters(), descent, name -> training.weightDecay());
  }

  private Map<String, DeviceTensor> parameters() {
    Map<String, DeviceTensor> parameters = new LinkedHashMap<>();
    for (Code code : codes) {
      for (int part = 0; part < code.sources().size(); part++) {
        String prefix = code.sources().get(part).index() + "/";
        code.layer(part)
            .parameters()
            .forEach((name, tensor) -> parameters.put(prefix + name, tensor));
      }
    }
    return parameters;
  }

  @Override
  public String identity() {
    return identity;
  }

  /** What is learned. */
  List<Code> codes() {
    return codes;
  }

  @Override
  public void start(TrainRun run) {
    totalSteps = run.totalSteps();
  }

  /** Share of the training that was over before the current step. */
  private double done() {
    return Math.min(1, (double) steps / Math.max(1, totalSteps - 1));
  }

  @Override
  public Taps taps(Mode mode) {
    return new CodeTaps(mode != Mode.EVAL);
  }

  private final class CodeTaps implements Taps {
    private final boolean soft;

    private CodeTaps(boolean soft) {
      this.soft = soft;
    }

    @Override
    public Set<String> values() {
      Set<String> values = new LinkedHashSet<>(gating.values());
      if (soft) {
        codes.forEach(code -> code.sources().forEach(source -> values.add(source.value())));
      }
      return values;
    }

    @Override
    public DeviceTensor tap(String value, DeviceTensor x) {
      if (soft) {
        codes.forEach(code -> code.encode(value, x, done()));
      }
      return gating.values().contains(value) ? gating.weighed(value, x, this::code) : x;
    }

    private Optional<DeviceTensor> code(int index) {
      for (Code code : codes) {
        for (int part = 0; part < code.sources().size(); part++) {
          if (code.sources().get(part).index() == index) {
            return soft ? Optional.of(code.current(part)) : code.binary(part).map(Gating::tensor);
          }
        }
      }
      return Optional.empty();
    }
  }

  @Override
  public Optional<DeviceTensor> extraLoss(TrainStep step) {
    return codes.stream().map(Code::penalty).reduce(DeviceTensor::add);
  }

  @Override
  public void afterStep(TrainStep step) {
    sgd.step(step.learningRate());
    sgd.zeroGrad();
    codes.forEach(code -> code.observe(done()));
    steps++;
  }

  @Override
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("alpha", mean(code -> code.alpha(done())));
    figures.put("lambda", mean(Code::lambda));
    figures.put("kept", mean(code -> code.last().kept()));
    figures.put("decided", mean(code -> code.last().decided()));
    figures.put("inconsistency", mean(code -> code.last().inconsistency()));
    return figures;
  }

  /** The mean of a figure of each code, weighted by its length. */
  private double mean(ToDoubleFunction<Code> figure) {
    double units = codes.stream().mapToInt(Code::units).sum();
    return codes.stream().mapToDouble(code -> code.units() * figure.applyAsDouble(code)).sum()
        / units;
  }

  @Override
  public HookState save() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters().forEach((name, tensor) -> tensors.put(name, tensor.toHost()));
    sgd.state().forEach((name, tensor) -> tensors.put(MOMENTUM + name, tensor));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("steps", steps);
    ArrayNode states = json.putArray("codes");
    codes.forEach(code -> states.add(code.save()));
    return new HookState(tensors, json);
  }

  @Override
  public void restore(HookState state) {
    steps = state.json().path("steps").asLong();
    Map<String, Tensor> momentum = new LinkedHashMap<>();
    state.tensors().keySet().stream()
        .filter(name -> name.startsWith(MOMENTUM))
        .forEach(
            name -> momentum.put(name.substring(MOMENTUM.length()), state.tensors().get(name)));
    sgd.load(momentum);
    for (int i = 0; i < codes.size(); i++) {
      codes.get(i).restore(state.json().path("codes").path(i));
    }
    CodeLayer.load(parameters(), state.tensors());
  }

  @Override
  public void close() {
    sgd.close();
    codes.forEach(Code::close);
  }
}
