package io.espalier.method;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.proof.Proof;
import io.espalier.proof.ProofResult;
import io.espalier.surgery.PruningPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Proves each cut on the user's images, or on random inputs where there are none. */
record ProofCheck(Optional<PruneJob.Images> data, long seed) implements PlanCheck {
  private static final int IMAGES = 4;

  @Override
  public Finding check(Graph graph, PruningPlan plan, Graph cut) {
    Optional<Map<String, Tensor>> images = images(graph);
    ProofResult result =
        images
            .map(inputs -> Proof.of(graph, plan, cut, List.of(inputs)))
            .orElseGet(() -> Proof.onRandomInputs(graph, plan, cut, seed));
    String what = images.isPresent() ? "image" : "random input";
    return new Finding(result.maxDifference(), result.passed(), detail(result, what));
  }

  /** Some images, if the network reads images and there are as many as it reads at once. */
  private Optional<Map<String, Tensor>> images(Graph graph) {
    Port input = graph.inputs().getFirst();
    Shape shape = input.type().shape();
    if (data.isEmpty() || graph.inputs().size() != 1 || shape.rank() != 4) {
      return Optional.empty();
    }
    Dataset all = data.get().splits().forEvaluation();
    boolean fixed = shape.dim(0).isFixed();
    int count = fixed ? Math.toIntExact(shape.size(0)) : Math.min(IMAGES, all.size());
    if (count < 1 || count > all.size()) {
      return Optional.empty();
    }
    Batches batches = Batches.evaluation(all.limit(count), data.get().normalization(), count);
    try (BatchStream stream = batches.all()) {
      Batch batch = stream.next();
      int[] sizes = Arrays.stream(batch.shape()).mapToInt(Math::toIntExact).toArray();
      double[] values = Tensor.floats(sizes, batch.images()).toDoubles();
      return Optional.of(Map.of(input.name(), Tensor.of(input.type().type(), sizes, values)));
    }
  }

  private static String detail(ProofResult result, String what) {
    String torch =
        result.libtorch().isPresent()
            ? text("float64 on libtorch %.1e", result.libtorch().getAsDouble())
            : "not on libtorch (%s)".formatted(result.libtorchNote().orElse("no reason given"));
    String runtime =
        result.onnxRuntime().isPresent()
            ? text("ONNX Runtime %.1e", result.onnxRuntime().getAsDouble()) + rounding(result)
            : "not in ONNX Runtime";
    return "masked and cut network compared on %d %s%s: %s, %s"
        .formatted(result.samples(), what, result.samples() == 1 ? "" : "s", torch, runtime);
  }

  private static String rounding(ProofResult result) {
    return result.onnxRuntimeLimit() > ProofResult.ONNX_RUNTIME_LIMIT
        ? text(" (up to %.1e is rounding in this network)", result.onnxRuntimeLimit())
        : "";
  }

  private static String text(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
