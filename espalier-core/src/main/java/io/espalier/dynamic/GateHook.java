package io.espalier.dynamic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.progress.Progress;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Taps;
import io.espalier.train.EpochMetrics;
import io.espalier.train.HookState;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainRun;
import io.espalier.train.TrainStep;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains gates with their network: the warm-up and the joint stage. */
final class GateHook implements TrainHook {
  /** What is trained. */
  enum Phase {
    /** The gates, with the classification loss alone; kernels of convolutions stay. */
    WARM_UP,
    /** Everything, with the cost objective. */
    JOINT
  }

  private static final Logger LOG = LoggerFactory.getLogger(GateHook.class);

  private final DynamicNet net;
  private final DynamicCost cost;
  private final GateLearning learning;
  private final Phase phase;
  private final Progress progress;
  private final GateObjective objective;
  private final Lambda lambda;
  private final GateUse use;
  private long steps;
  private long totalSteps = 1;
  private long rising;
  private double peak;
  private GatePass pass;

  GateHook(DynamicNet net, GateLearning learning, Phase phase, Progress progress) {
    this.net = net;
    this.cost = DynamicCost.of(net);
    this.learning = learning;
    this.phase = phase;
    this.progress = progress;
    this.objective =
        switch (phase) {
          case WARM_UP -> GateObjective.warmUp(net, learning);
          case JOINT -> GateObjective.joint(net, learning);
        };
    this.lambda = new Lambda(learning.control(), learning.budget());
    this.use = new GateUse(net);
  }

  @Override
  public String identity() {
    return "%s %s %s".formatted(net.variant().id(), phase, learning);
  }

  @Override
  public void start(TrainRun run) {
    totalSteps = run.totalSteps();
    rising = Math.round(run.options().schedule().warmupEpochs() * run.stepsPerEpoch());
    peak = run.options().learningRate();
    Set<String> kept = phase == Phase.WARM_UP ? keptInWarmUp(run) : constants();
    kept.forEach(
        name ->
            Optional.ofNullable(run.net().parameters().get(name))
                .ifPresent(parameter -> parameter.requiresGrad(false)));
  }

  private Set<String> constants() {
    return net.gates().stream()
        .flatMap(gate -> gate.fixed().stream())
        .collect(Collectors.toCollection(HashSet::new));
  }

  private Set<String> keptInWarmUp(TrainRun run) {
    Set<String> kept = constants();
    if (learning.normsInWarmUp()) {
      for (Node node : net.graph().nodes()) {
        if (node.op() instanceof Op.Conv || node.op() instanceof Op.ConvTranspose) {
          kept.addAll(node.inputs());
        }
      }
    } else {
      kept.addAll(run.net().parameters().keySet());
      net.gates().forEach(gate -> kept.removeAll(gate.learned()));
      kept.addAll(constants());
    }
    return kept;
  }

  @Override
  public Taps taps(Mode mode) {
    if (mode != Mode.TRAIN) {
      return new GateTrace(
          net, (gates, samples) -> use.evaluated(CostOfBatch.share(cost, gates).item(), samples));
    }
    double done = phase == Phase.WARM_UP ? 0 : (double) steps / totalSteps;
    Binarizer binarizer = new Binarizer(learning.binarization(), done);
    pass = new GatePass(net, binarizer, learning);
    return pass;
  }

  @Override
  public Optional<DeviceTensor> extraLoss(TrainStep step) {
    List<DeviceTensor> clean = pass.clean();
    double share = share(clean);
    boolean noisy = learning.control().code() == BudgetControl.Code.NOISY;
    double counted = noisy ? share(pass.codes()) : share;
    double factor = lambda.step(counted, steps, totalSteps);
    use.trained(share, clean);
    note(factor);
    return objective.loss(pass, step.net(), factor, fallen(step.learningRate()));
  }

  /** The learning rate's peak over what it is now; a rate that still rises has not fallen. */
  private double fallen(double learningRate) {
    return steps < rising ? 1 : peak / learningRate;
  }

  private double share(List<DeviceTensor> gates) {
    return DeviceTensor.withoutGradients(() -> CostOfBatch.share(cost, gates).item());
  }

  private void note(double factor) {
    progress.note(
        "MACs",
        String.format(
            Locale.ROOT, "%.1f %% of %.1f %%", 100 * lambda.cost(), 100 * learning.budget()));
    objective
        .steered(factor)
        .forEach((name, value) -> progress.note(name, String.format(Locale.ROOT, "%.3g", value)));
  }

  @Override
  public void afterStep(TrainStep step) {
    steps++;
    pass = null;
  }

  @Override
  public Map<String, Double> figures() {
    Map<String, Double> figures = use.figures();
    figures.putAll(objective.steered(lambda.value()));
    return figures;
  }

  @Override
  public void endOfEpoch(EpochMetrics metrics) {
    double macs = metrics.figures().getOrDefault("macs", 1.0);
    boolean follows = phase == Phase.JOINT && learning.fixedTarget(net.variant()).isEmpty();
    if (follows && BudgetVerdict.isCollapsed(macs, learning.budget())) {
      LOG.warn(
          "epoch={} macs={}: the gates have collapsed below half of the budget, lambda={} is to"
              + " open them again",
          metrics.epoch(),
          macs,
          lambda.value());
    }
    use.clear();
  }

  @Override
  public HookState save() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("steps", steps);
    json.set("lambda", lambda.save());
    json.set("use", use.save());
    return new HookState(Map.of(), json);
  }

  @Override
  public void restore(HookState state) {
    JsonNode json = state.json();
    steps = json.path("steps").asLong();
    lambda.restore(json.path("lambda"));
    use.restore(json.path("use"));
  }
}
