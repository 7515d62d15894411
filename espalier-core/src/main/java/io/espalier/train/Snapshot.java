package io.espalier.train;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import io.espalier.torch.Torch;
import io.espalier.torch.TorchNet;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** Takes a run's state into a checkpoint, and back. */
final class Snapshot {
  private static final String STREAM = "libtorch";

  private Snapshot() {}

  static Checkpoint take(
      StepRunner runner, TrainHook hook, Checkpoint.Position position, RunIdentity identity) {
    Map<String, Map<String, Tensor>> sections = new LinkedHashMap<>();
    byte[] random = Torch.randomState();
    HookState state = hook.save();
    sections.put(Checkpoint.WEIGHTS, toHost(runner.net().parameters()));
    sections.put(Checkpoint.BUFFERS, toHost(runner.net().buffers()));
    sections.put(Checkpoint.OPTIMIZER, runner.sgd().state());
    sections.put(
        Checkpoint.RANDOM,
        Map.of(STREAM, Tensor.of(DataType.UINT8, new int[] {random.length}, random)));
    sections.put(Checkpoint.HOOK, state.tensors());
    return new Checkpoint(position, identity, sections, state.json());
  }

  /** The first weight or statistic of the checkpoint that holds NaN or infinity. */
  static Optional<String> notFinite(Checkpoint checkpoint) {
    for (String section : new String[] {Checkpoint.WEIGHTS, Checkpoint.BUFFERS}) {
      for (Map.Entry<String, Tensor> entry : checkpoint.section(section).entrySet()) {
        if (!isFinite(entry.getValue())) {
          return Optional.of(entry.getKey());
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isFinite(Tensor tensor) {
    if (tensor.type() != DataType.FLOAT) {
      return DoubleStream.of(tensor.toDoubles()).allMatch(Double::isFinite);
    }
    FloatBuffer values = tensor.buffer().asFloatBuffer();
    while (values.hasRemaining()) {
      if (!Float.isFinite(values.get())) {
        return false;
      }
    }
    return true;
  }

  static void restore(Checkpoint checkpoint, StepRunner runner, TrainHook hook) {
    TorchNet net = runner.net();
    Map<String, Tensor> weights = new LinkedHashMap<>(checkpoint.section(Checkpoint.WEIGHTS));
    weights.putAll(checkpoint.section(Checkpoint.BUFFERS));
    net.load(weights);
    runner.sgd().load(checkpoint.section(Checkpoint.OPTIMIZER));
    hook.restore(new HookState(checkpoint.section(Checkpoint.HOOK), checkpoint.hook()));
    Tensor random = checkpoint.section(Checkpoint.RANDOM).get(STREAM);
    byte[] state = new byte[random.byteCount()];
    random.buffer().get(state);
    Torch.randomState(state);
  }

  private static Map<String, Tensor> toHost(Map<String, DeviceTensor> tensors) {
    Map<String, Tensor> host = new LinkedHashMap<>();
    try (Scope scope = Scope.open()) {
      tensors.forEach((name, tensor) -> host.put(name, tensor.toHost()));
    }
    return host;
  }
}
