package io.espalier.proof;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far the masked and the cut network are apart, relative to the largest output.
 *
 * @param libtorch in float64 on libtorch; empty where a node cannot run there
 * @param libtorchNote why it is empty
 * @param onnxRuntime in the file's types in ONNX Runtime without optimisations; empty where it was
 *     not run
 * @param samples inputs that were run
 * @param libtorchLimit what the difference in float64 may be: {@link #EXACT_LIMIT}, or {@link
 *     #ROUNDED_LIMIT} where the cut network holds sums that its weights' type rounds
 */
public record ProofResult(
    OptionalDouble libtorch,
    Optional<String> libtorchNote,
    OptionalDouble onnxRuntime,
    int samples,
    double libtorchLimit) {
  /** What float64 may differ by where a cut only removes. */
  public static final double EXACT_LIMIT = 1e-9;

  /**
   * What float64 may differ by where constants of removed channels are folded into float weights.
   */
  public static final double ROUNDED_LIMIT = 1e-6;

  /** What float32 may differ by. */
  public static final double ONNX_RUNTIME_LIMIT = 1e-4;

  /** The most exact difference there is: in float64 if it was run, else in ONNX Runtime. */
  public double maxDifference() {
    return libtorch.orElseGet(() -> onnxRuntime.orElse(Double.NaN));
  }

  /** True when everything that was run stayed within its limit, and something was run. */
  public boolean passed() {
    boolean ran = libtorch.isPresent() || onnxRuntime.isPresent();
    return ran
        && !(libtorch.orElse(0) > libtorchLimit)
        && !(onnxRuntime.orElse(0) > ONNX_RUNTIME_LIMIT)
        && !Double.isNaN(libtorch.orElse(0) + onnxRuntime.orElse(0));
  }
}
