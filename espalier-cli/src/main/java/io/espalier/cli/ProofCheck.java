package io.espalier.cli;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.method.PlanCheck;
import io.espalier.proof.Proof;
import io.espalier.proof.ProofResult;
import io.espalier.surgery.PruningPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Proves each cut on the user's images, or on random inputs where there are none. */
final class ProofCheck implements PlanCheck {
  private static final int IMAGES = 8;
  private static final long SEED = 1;

  private final Optional<Map<String, Tensor>> inputs;

  private ProofCheck(Optional<Map<String, Tensor>> inputs) {
    this.inputs = inputs;
  }

  static ProofCheck onRandomInputs() {
    return new ProofCheck(Optional.empty());
  }

  /** On a few images; on random inputs if there are fewer than {@code graph} reads at once. */
  static ProofCheck on(Graph graph, Dataset images, Normalization normalization) {
    Port input = graph.inputs().getFirst();
    long fixed = input.type().shape().size(0);
    int count = fixed > 0 ? (int) fixed : Math.min(IMAGES, images.size());
    if (count < 1 || count > images.size()) {
      return onRandomInputs();
    }
    Batches batches = Batches.evaluation(images.limit(count), normalization, count);
    try (BatchStream stream = batches.all()) {
      Batch batch = stream.next();
      int[] shape = new int[batch.shape().length];
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] = Math.toIntExact(batch.shape()[axis]);
      }
      Tensor tensor =
          Tensor.of(input.type().type(), shape, Tensor.floats(shape, batch.images()).toDoubles());
      return new ProofCheck(Optional.of(Map.of(input.name(), tensor)));
    }
  }

  @Override
  public Finding check(Graph graph, PruningPlan plan, Graph cut) {
    ProofResult result =
        inputs
            .map(given -> Proof.of(graph, plan, cut, List.of(given)))
            .orElseGet(() -> Proof.onRandomInputs(graph, plan, cut, SEED));
    return new Finding(result.maxDifference(), result.passed(), detail(result));
  }

  private String detail(ProofResult result) {
    String what = inputs.isPresent() ? "image" : "random input";
    String torch =
        result.libtorch().isPresent()
            ? text("float64 on libtorch %.1e", result.libtorch().getAsDouble())
            : "not on libtorch (%s)".formatted(result.libtorchNote().orElse("no reason given"));
    String runtime =
        result.onnxRuntime().isPresent()
            ? text("ONNX Runtime %.1e", result.onnxRuntime().getAsDouble())
            : "not in ONNX Runtime";
    return "masked and cut network compared on %d %s%s: %s, %s"
        .formatted(result.samples(), what, result.samples() == 1 ? "" : "s", torch, runtime);
  }

  private static String text(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
