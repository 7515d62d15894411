package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainHookTest {
  private static final TrainOptions OPTIONS = TinyTraining.options().withEpochs(3);

  @TempDir Path path;

  @Test
  void gate_trainedByAHook_survivesInterruptions() {
    Gate whole = new Gate();
    Graph undisturbed = trainer(whole).run(folder("whole")).graph();
    Gate first = new Gate();
    int[] left = {11};
    trainer(first).stopWhen(() -> left[0]-- <= 0).run(folder("part"));
    Gate second = new Gate();
    Graph resumed = trainer(second).run(folder("part")).graph();
    assertEquals(Digests.of(undisturbed), Digests.of(resumed));
    assertEquals(whole.gate, second.gate);
    assertEquals(24, second.steps);
    assertEquals(3, second.epochs);
    assertNotEquals(
        Digests.of(undisturbed),
        Digests.of(TinyTraining.trainer(OPTIONS).run(folder("plain")).graph()));
  }

  @Test
  void penalty_onScales_shrinksThem() {
    TrainHook penalty =
        new TrainHook() {
          @Override
          public Optional<DeviceTensor> extraLoss(TrainStep step) {
            return Optional.of(scale(step).abs().sum().mul(0.5));
          }
        };
    Graph plain = TinyTraining.trainer(OPTIONS).run(folder("plain")).graph();
    Graph sparse = trainer(penalty).run(folder("sparse")).graph();
    assertTrue(sum(sparse) < 0.5 * sum(plain), sum(sparse) + " of " + sum(plain));
  }

  @Test
  void gradient_clearedByAHook_leavesTheWeight() {
    TrainHook freeze =
        new TrainHook() {
          @Override
          public void afterBackward(TrainStep step) {
            scale(step).grad().mulInPlace(0);
          }
        };
    Graph trained = trainer(freeze).run(folder("frozen")).graph();
    assertEquals(TinyTraining.net().weight("norm.scale"), trained.weight("norm.scale"));
    assertNotEquals(TinyTraining.net().weight("norm.bias"), trained.weight("norm.bias"));
  }

  @Test
  void parameter_withoutGradient_isMovedByNothing() {
    TrainHook frozen =
        new TrainHook() {
          @Override
          public void start(TrainRun run) {
            run.net().parameters().get("conv.weight").requiresGrad(false);
          }
        };
    TrainOptions decaying = OPTIONS.withWeightDecay(0.01).withClipNorm(1);
    int[] left = {10};
    Trainer trainer = TinyTraining.trainer(decaying).hook(frozen);
    trainer.stopWhen(() -> left[0]-- <= 0).run(folder("frozen"));
    Graph trained = trainer.run(folder("frozen")).graph();
    assertEquals(TinyTraining.net().weight("conv.weight"), trained.weight("conv.weight"));
    assertNotEquals(TinyTraining.net().weight("norm.mean"), trained.weight("norm.mean"));
    assertNotEquals(TinyTraining.net().weight("fc.weight"), trained.weight("fc.weight"));
  }

  @Test
  void figures_ofAHook_areInTheHistoryAlsoAfterAnInterruption() {
    int[] left = {11};
    trainer(new Gate()).stopWhen(() -> left[0]-- <= 0).run(folder("part"));
    TrainResult result = trainer(new Gate()).run(folder("part"));
    assertEquals(
        List.of(Map.of("steps", 8.0), Map.of("steps", 16.0), Map.of("steps", 24.0)),
        result.history().stream().map(EpochMetrics::figures).toList());
  }

  @Test
  void folder_ofAnotherHook_isRefused() {
    trainer(new Gate()).stopWhen(() -> true).run(folder("run"));
    TrainException refusal =
        assertThrows(TrainException.class, () -> TinyTraining.trainer(OPTIONS).run(folder("run")));
    assertTrue(refusal.getMessage().contains("gate rate=0.1"), refusal.getMessage());
  }

  private static Trainer trainer(TrainHook hook) {
    return TinyTraining.trainer(OPTIONS).hook(hook);
  }

  private static DeviceTensor scale(TrainStep step) {
    return step.net().parameters().get("norm.scale");
  }

  private static double sum(Graph graph) {
    double sum = 0;
    for (double value : graph.weight("norm.scale").toDoubles()) {
      sum += Math.abs(value);
    }
    return sum;
  }

  private RunFolder folder(String name) {
    return RunFolder.at(path.resolve(name));
  }

  /** A gate on each channel after ReLU, kept on the host and trained by plain gradient descent. */
  private static final class Gate implements TrainHook {
    private Tensor gate = Tensor.floats(new int[] {1, 8, 1, 1}, 1, 1, 1, 1, 1, 1, 1, 1);
    private DeviceTensor live;
    private int steps;
    private int epochs;

    @Override
    public String identity() {
      return "gate rate=0.1";
    }

    @Override
    public Taps taps(Mode mode) {
      return Taps.of(
          Map.of(
              "relu",
              value -> {
                live = DeviceTensor.of(gate).requiresGrad(mode == Mode.TRAIN);
                return value.mul(live);
              }));
    }

    @Override
    public void afterStep(TrainStep step) {
      try (Scope scope = Scope.open()) {
        float[] gradient = live.grad().toFloats();
        float[] values = gate.toFloats();
        for (int i = 0; i < values.length; i++) {
          values[i] -= 0.1f * gradient[i];
        }
        gate = gate.withValues(values);
      }
      steps++;
    }

    @Override
    public Map<String, Double> figures() {
      return Map.of("steps", (double) steps);
    }

    @Override
    public void endOfEpoch(EpochMetrics metrics) {
      epochs = metrics.epoch();
    }

    @Override
    public HookState save() {
      return new HookState(
          Map.of("gate", gate), Json.MAPPER.createObjectNode().put("steps", steps));
    }

    @Override
    public void restore(HookState state) {
      gate = state.tensors().get("gate");
      steps = state.json().path("steps").asInt();
    }
  }
}
