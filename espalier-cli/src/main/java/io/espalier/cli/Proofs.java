package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.proof.ProofResult;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What the proofs of a prune's cuts found. */
record Proofs(List<ProofResult> results) {

  /** One line a cut. */
  List<String> lines() {
    return results.stream().map(Proofs::line).toList();
  }

  private static String line(ProofResult result) {
    String torch = difference("float64 on libtorch", result.libtorch());
    String why =
        result
            .libtorchNote()
            .map(" (%s)"::formatted)
            .map(note -> note.replace(';', ','))
            .orElse("");
    String runtime = difference("ONNX Runtime", result.onnxRuntime());
    return "proof: masked and cut network differ by at most %s, %s%s, on %d %s"
        .formatted(
            runtime, torch, why, result.samples(), result.samples() == 1 ? "sample" : "samples");
  }

  private static String difference(String where, OptionalDouble difference) {
    return difference.isPresent()
        ? String.format(Locale.ROOT, "%.1e in %s", difference.getAsDouble(), where)
        : "not run in " + where;
  }

  /** The largest difference of all cuts. */
  double maxDifference() {
    return results.stream().mapToDouble(ProofResult::maxDifference).max().orElse(Double.NaN);
  }

  void fill(ObjectNode object) {
    object.put("maxDifference", maxDifference());
    object.put("passed", !results.isEmpty() && results.stream().allMatch(ProofResult::passed));
    ArrayNode cuts = object.putArray("cuts");
    for (ProofResult result : results) {
      ObjectNode cut = cuts.addObject().put("samples", result.samples());
      result.libtorch().ifPresent(value -> cut.put("libtorch", value));
      result.libtorchNote().ifPresent(note -> cut.put("libtorchNote", note));
      result.onnxRuntime().ifPresent(value -> cut.put("onnxRuntime", value));
    }
  }
}
