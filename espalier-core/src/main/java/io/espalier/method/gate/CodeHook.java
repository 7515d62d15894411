package io.espalier.method.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.Carriage;
import io.espalier.graph.Tensor;
import io.espalier.method.UnitGates;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Sgd;
import io.espalier.torch.Taps;
import io.espalier.train.EpochMetrics;
import io.espalier.train.HookState;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainRun;
import io.espalier.train.TrainStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Learns codes together with the network: multiplies the units by their codes, adds the sparsity
 * losses, and trains the code layers by an optimiser of its own at the network's learning rate.
 * Owns the code layers.
 */
final class CodeHook implements TrainHook, AutoCloseable {
  private static final String MOMENTUM = "momentum/";

  private final String identity;
  private final UnitGates gates;
  private final List<GroupCode> codes;
  private final List<double[]> fixed;
  private final Sgd sgd;
  private final ArrayNode history = JsonNodeFactory.instance.arrayNode();
  private long totalSteps = 1;
  private long steps;

  /**
   * @param gates the units of the network that is trained
   * @param codes what is learned; closed with this hook
   * @param fixed the gates of all units by group index; those of groups in {@code codes} do not
   *     count
   */
  CodeHook(
      String identity,
      UnitGates gates,
      List<GroupCode> codes,
      List<double[]> fixed,
      Sgd.Options descent,
      double weightDecay) {
    this.identity = identity;
    this.gates = gates;
    this.codes = List.copyOf(codes);
    this.fixed = List.copyOf(fixed);
    this.sgd = new Sgd(parameters(), descent, name -> weightDecay);
  }

  private Map<String, DeviceTensor> parameters() {
    Map<String, DeviceTensor> parameters = new LinkedHashMap<>();
    for (GroupCode code : codes) {
      code.layer()
          .parameters()
          .forEach((name, tensor) -> parameters.put(code.source().group() + "/" + name, tensor));
    }
    return parameters;
  }

  @Override
  public String identity() {
    return identity;
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
    return mode == Mode.EVAL ? binaryTaps() : softTaps();
  }

  /** Taps that compute the code of the batch and multiply by it. */
  Taps softTaps() {
    return new CodeTaps(true);
  }

  /** Taps that multiply by the binary codes, whatever the batch. */
  private Taps binaryTaps() {
    return new CodeTaps(false);
  }

  private final class CodeTaps implements Taps {
    private final boolean soft;
    private final Map<String, Carriage> places = new LinkedHashMap<>();

    private CodeTaps(boolean soft) {
      this.soft = soft;
      gates.places().forEach(place -> places.put(place.value(), place));
    }

    @Override
    public Set<String> values() {
      Set<String> values = new LinkedHashSet<>(places.keySet());
      if (soft) {
        codes.forEach(code -> values.add(code.source().value()));
      }
      return values;
    }

    @Override
    public DeviceTensor tap(String value, DeviceTensor x) {
      if (soft) {
        codes.stream()
            .filter(code -> code.source().value().equals(value))
            .forEach(code -> code.encode(x, done()));
      }
      Carriage place = places.get(value);
      return place == null ? x : gates.gated(place, x, soft ? soft(place) : binary());
    }
  }

  /** Gates in which the groups of {@code place} that are learned have the code of the batch. */
  private DeviceTensor soft(Carriage place) {
    List<DeviceTensor> parts =
        IntStream.range(0, fixed.size())
            .mapToObj(
                group ->
                    code(group)
                        .filter(code -> place.groups().contains(group))
                        .map(GroupCode::current)
                        .orElseGet(() -> tensor(fixed.get(group))))
            .toList();
    return DeviceTensor.cat(parts, 0);
  }

  private DeviceTensor binary() {
    List<DeviceTensor> parts = binaries().stream().map(CodeHook::tensor).toList();
    return DeviceTensor.cat(parts, 0);
  }

  /** The gates of all units by group index, with binary codes where there are any. */
  private List<double[]> binaries() {
    List<double[]> all = new ArrayList<>(fixed);
    for (GroupCode code : codes) {
      if (code.looked()) {
        all.set(code.source().group(), code.last().ones());
      }
    }
    return all;
  }

  private Optional<GroupCode> code(int group) {
    return codes.stream().filter(code -> code.source().group() == group).findFirst();
  }

  private static DeviceTensor tensor(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return DeviceTensor.of(floats, floats.length);
  }

  @Override
  public Optional<DeviceTensor> extraLoss(TrainStep step) {
    return codes.stream().map(GroupCode::penalty).reduce(DeviceTensor::add);
  }

  @Override
  public void afterStep(TrainStep step) {
    sgd.step(step.learningRate());
    sgd.zeroGrad();
    codes.forEach(code -> code.observe(done()));
    steps++;
  }

  @Override
  public void endOfEpoch(EpochMetrics metrics) {
    ObjectNode epoch = history.addObject();
    epoch.put("epoch", metrics.epoch());
    epoch.put("alpha", mean(code -> code.alpha(done())));
    epoch.put("lambda", mean(GroupCode::lambda));
    epoch.put("kept", mean(code -> code.last().kept()));
    epoch.put("decided", mean(code -> code.last().decided()));
    epoch.put("inconsistency", mean(code -> code.last().inconsistency()));
  }

  /** The mean of a figure of each group, weighted by its units. */
  private double mean(ToDoubleFunction<GroupCode> figure) {
    double units = codes.stream().mapToInt(GroupCode::units).sum();
    return codes.stream().mapToDouble(code -> code.units() * figure.applyAsDouble(code)).sum()
        / units;
  }

  /** One entry an epoch: sharpness, weight, kept and decided shares, inconsistency. */
  ArrayNode history() {
    return history;
  }

  List<GroupCode> codes() {
    return codes;
  }

  @Override
  public HookState save() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters().forEach((name, tensor) -> tensors.put(name, tensor.toHost()));
    sgd.state().forEach((name, tensor) -> tensors.put(MOMENTUM + name, tensor));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("steps", steps).set("history", history.deepCopy());
    ArrayNode states = json.putArray("codes");
    codes.forEach(code -> states.add(code.save()));
    return new HookState(tensors, json);
  }

  @Override
  public void restore(HookState state) {
    steps = state.json().path("steps").asLong();
    history.removeAll();
    state.json().path("history").forEach(history::add);
    Map<String, Tensor> momentum = new LinkedHashMap<>();
    state
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(MOMENTUM)) {
                momentum.put(name.substring(MOMENTUM.length()), tensor);
              }
            });
    sgd.load(momentum);
    for (int i = 0; i < codes.size(); i++) {
      GroupCode code = codes.get(i);
      JsonNode saved = state.json().path("codes").path(i);
      code.restore(saved);
      Map<String, Tensor> weights = new LinkedHashMap<>();
      for (String name : code.layer().parameters().keySet()) {
        weights.put(name, state.tensors().get(code.source().group() + "/" + name));
      }
      code.layer().load(weights);
    }
  }

  @Override
  public void close() {
    sgd.close();
    codes.forEach(GroupCode::close);
  }
}
