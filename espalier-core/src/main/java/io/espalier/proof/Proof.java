package io.espalier.proof;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.latency.RandomInputs;
import io.espalier.onnx.OnnxWriter;
import io.espalier.surgery.Mask;
import io.espalier.surgery.PruningPlan;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.torch.UnsupportedNodeException;
import io.espalier.torch.UnsupportedPlatformException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The proof of a cut: {@link Mask} silences in the original what the plan removes, and the cut
 * network must give the same outputs. Run in float64 on libtorch where every operator can run
 * there, and in ONNX Runtime without optimisations, which also runs what is not modelled.
 */
public final class Proof {
  private Proof() {}

  /**
   * Compares on given inputs.
   *
   * @param original the network that the plan was made for
   * @param cut what was made of it
   * @param inputs one map a run: a tensor an input, by name
   */
  public static ProofResult of(
      Graph original, PruningPlan plan, Graph cut, List<Map<String, Tensor>> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("a proof needs inputs");
    }
    Graph masked = Mask.apply(original, plan);
    Optional<Pair> libtorch = Optional.empty();
    Optional<String> note = Optional.empty();
    try {
      libtorch = Optional.of(onLibtorch(masked, cut, inputs));
    } catch (UnsupportedNodeException | UnsupportedPlatformException e) {
      note = Optional.of(e.getMessage());
    }
    Pair onnxRuntime = onOnnxRuntime(masked, cut, inputs);
    int samples = inputs.stream().mapToInt(i -> i.values().iterator().next().shape()[0]).sum();
    return new ProofResult(
        libtorch.map(Pair::difference).map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
        note,
        OptionalDouble.of(onnxRuntime.difference()),
        samples,
        plan.foldsConstants() ? ProofResult.ROUNDED_LIMIT : ProofResult.EXACT_LIMIT,
        ProofResult.onnxRuntimeLimit(
            libtorch.map(exact -> difference(exact.masked(), onnxRuntime.masked())).orElse(0.0)));
  }

  /** Compares on random inputs of the right shape, two samples where the batch is free. */
  public static ProofResult onRandomInputs(Graph original, PruningPlan plan, Graph cut, long seed) {
    boolean free = original.inputs().stream().noneMatch(Proof::hasFixedBatch);
    return of(original, plan, cut, List.of(RandomInputs.of(original.inputs(), free ? 2 : 0, seed)));
  }

  private static boolean hasFixedBatch(io.espalier.graph.Port port) {
    return port.type().shape().rank() == 0 || port.type().shape().dim(0).isFixed();
  }

  /** What both networks give for each input. */
  private record Pair(List<Map<String, Tensor>> masked, List<Map<String, Tensor>> cut) {
    double difference() {
      return Proof.difference(masked, cut);
    }
  }

  private static Pair onLibtorch(Graph masked, Graph cut, List<Map<String, Tensor>> inputs) {
    try (TorchNet maskedNet = TorchNet.of(masked, NetOptions.exact());
        TorchNet cutNet = TorchNet.of(cut, NetOptions.exact())) {
      return new Pair(
          inputs.stream().map(input -> run(maskedNet, input)).toList(),
          inputs.stream().map(input -> run(cutNet, input)).toList());
    }
  }

  private static Pair onOnnxRuntime(Graph masked, Graph cut, List<Map<String, Tensor>> inputs) {
    try (OrtNet maskedNet =
            OrtNet.load(OnnxWriter.toBytes(masked), "the masked network", OrtOptions.plain());
        OrtNet cutNet =
            OrtNet.load(OnnxWriter.toBytes(cut), "the cut network", OrtOptions.plain())) {
      return new Pair(
          inputs.stream().map(maskedNet::run).toList(), inputs.stream().map(cutNet::run).toList());
    }
  }

  private static double difference(
      List<Map<String, Tensor>> expected, List<Map<String, Tensor>> actual) {
    Difference difference = new Difference();
    for (int i = 0; i < expected.size(); i++) {
      Map<String, Tensor> other = actual.get(i);
      expected
          .get(i)
          .forEach(
              (name, tensor) -> difference.add(tensor.toDoubles(), other.get(name).toDoubles()));
    }
    return difference.relative();
  }

  private static Map<String, Tensor> run(TorchNet net, Map<String, Tensor> inputs) {
    try (Scope scope = Scope.open()) {
      Map<String, DeviceTensor> tensors = new HashMap<>();
      inputs.forEach((name, tensor) -> tensors.put(name, DeviceTensor.of(tensor)));
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      net.forward(tensors, Mode.EVAL, Taps.none())
          .forEach((name, tensor) -> outputs.put(name, tensor.toHost()));
      return outputs;
    }
  }
}
