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
 * @param onnxRuntimeLimit what the difference in ONNX Runtime may be, see {@link #onnxRuntimeLimit}
 */
public record ProofResult(
    OptionalDouble libtorch,
    Optional<String> libtorchNote,
    OptionalDouble onnxRuntime,
    int samples,
    double libtorchLimit,
    double onnxRuntimeLimit) {
  /** What float64 may differ by where a cut only removes. */
  public static final double EXACT_LIMIT = 1e-9;

  /**
   * What float64 may differ by where constants of removed channels are folded into float weights.
   */
  public static final double ROUNDED_LIMIT = 1e-6;

  /** What float32 may differ by, unless the masked network itself is less exact in it. */
  public static final double ONNX_RUNTIME_LIMIT = 1e-4;

  /** What float32 may differ by in a network that magnifies rounding, however much it does. */
  private static final double LARGEST_LIMIT = 1e-2;

  /**
   * What the masked and the cut network may differ by in ONNX Runtime. Sums of other lengths are
   * rounded otherwise; a network that magnifies that (deep, or with normalisations of tiny values)
   * is as far from its own exact outputs.
   *
   * @param rounding how far the masked network's outputs in ONNX Runtime are from its outputs in
   *     float64
   */
  static double onnxRuntimeLimit(double rounding) {
    return Math.clamp(3 * rounding, ONNX_RUNTIME_LIMIT, LARGEST_LIMIT);
  }

  /** The most exact difference there is: in float64 if it was run, else in ONNX Runtime. */
  public double maxDifference() {
    return libtorch.orElseGet(() -> onnxRuntime.orElse(Double.NaN));
  }

  /** True when everything that was run stayed within its limit, and something was run. */
  public boolean passed() {
    boolean ran = libtorch.isPresent() || onnxRuntime.isPresent();
    return ran
        && !(libtorch.orElse(0) > libtorchLimit)
        && !(onnxRuntime.orElse(0) > onnxRuntimeLimit)
        && !Double.isNaN(libtorch.orElse(0) + onnxRuntime.orElse(0));
  }
}
