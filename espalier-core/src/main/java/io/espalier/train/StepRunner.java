package io.espalier.train;

import io.espalier.data.Batch;
import io.espalier.graph.Graph;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Sgd;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Owns the networks and the optimiser of a run, and makes one step at a time. */
final class StepRunner implements AutoCloseable {
  private final TrainOptions options;
  private final TrainHook hook;
  private final Objective objective;
  private final TorchNet net;
  private final Optional<TorchNet> teacher;
  private final Sgd sgd;

  StepRunner(TrainJob job) {
    options = job.options();
    hook = job.hook();
    objective = new Objective(options.labelSmoothing(), options.distillation());
    NetOptions how = new NetOptions(options.precision(), true);
    net = TorchNet.of(job.graph(), how);
    teacher = job.teacher().map(graph -> TorchNet.of(graph, how));
    sgd =
        new Sgd(
            net.parameters(),
            new Sgd.Options(options.momentum(), options.nesterov()),
            name -> decays(name) ? options.weightDecay() : 0);
  }

  private boolean decays(String parameter) {
    return options.decayNormAndBias() || !net.normAndBias().contains(parameter);
  }

  TorchNet net() {
    return net;
  }

  Sgd sgd() {
    return sgd;
  }

  /**
   * Learns from one batch.
   *
   * @return its loss and hits, without times
   * @throws TrainException if the loss is not a number; the weights are as before then
   */
  EpochTotals step(Batch batch, int epoch, long step, double learningRate) {
    try (Scope scope = Scope.open()) {
      DeviceTensor images = DeviceTensor.of(batch.images(), batch.shape());
      List<DeviceTensor> goals = teacher.map(network -> outputs(network, images)).orElse(List.of());
      Map<String, DeviceTensor> outputs =
          net.forward(feed(net, images), Mode.TRAIN, hook.taps(Mode.TRAIN));
      DeviceTensor loss = objective.loss(List.copyOf(outputs.values()), goals, batch);
      TrainStep made =
          new TrainStep(
              epoch, step, learningRate, batch.count(), batch.labels(), net, outputs, loss);
      DeviceTensor whole = hook.extraLoss(made).map(loss::add).orElse(loss);
      double value = whole.item();
      if (!Double.isFinite(value)) {
        throw diverged("the loss is " + value, epoch, step);
      }
      update(whole, made);
      return totals(batch, outputs.values().iterator().next(), value);
    }
  }

  private void update(DeviceTensor loss, TrainStep step) {
    sgd.zeroGrad();
    loss.backward();
    hook.afterBackward(step);
    if (options.clipNorm() > 0) {
      Losses.clipGradientNorm(net.parameters().values(), options.clipNorm());
    }
    sgd.step(step.learningRate());
    hook.afterStep(step);
  }

  private static EpochTotals totals(Batch batch, DeviceTensor output, double loss) {
    AccuracyCounter counter = new AccuracyCounter(Verdicts.none());
    Objective.logits(output).ifPresent(logits -> counter.add(logits, batch.labels()));
    return new EpochTotals(
        loss * batch.count(), batch.count(), counter.images(), counter.correct(), 0, 0);
  }

  /** What a run reports when numbers overflow. */
  TrainException diverged(String what, int epoch, long step) {
    return new TrainException(
        "%s in epoch %d, step %d: lower the learning rate (--lr, now %s)"
            .formatted(what, epoch + 1, step + 1, options.learningRate()));
  }

  private static List<DeviceTensor> outputs(TorchNet network, DeviceTensor images) {
    return List.copyOf(network.forward(feed(network, images), Mode.EVAL, Taps.none()).values());
  }

  private static Map<String, DeviceTensor> feed(TorchNet network, DeviceTensor images) {
    Graph graph = network.graph();
    return Map.of(graph.inputs().getFirst().name(), images);
  }

  @Override
  public void close() {
    sgd.close();
    teacher.ifPresent(TorchNet::close);
    net.close();
  }
}
