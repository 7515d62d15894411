package io.espalier.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProofResultTest {
  private static ProofResult of(double libtorch, double onnxRuntime, double rounding) {
    return new ProofResult(
        OptionalDouble.of(libtorch),
        Optional.empty(),
        OptionalDouble.of(onnxRuntime),
        2,
        ProofResult.EXACT_LIMIT,
        ProofResult.onnxRuntimeLimit(rounding));
  }

  @Test
  void onnxRuntimeLimit_isThreeTimesTheRounding_betweenItsBounds() {
    assertEquals(1e-4, ProofResult.onnxRuntimeLimit(1e-6));
    assertEquals(6e-4, ProofResult.onnxRuntimeLimit(2e-4), 1e-15);
    assertEquals(1e-2, ProofResult.onnxRuntimeLimit(1));
    assertEquals(1e-2, ProofResult.onnxRuntimeLimit(Double.POSITIVE_INFINITY));
  }

  @Test
  void passed_networkThatMagnifiesRounding_mayDifferByAsMuch() {
    assertFalse(of(1e-13, 2e-4, 1e-6).passed());
    assertTrue(of(1e-13, 2e-4, 1e-4).passed());
  }

  @Test
  void passed_differenceInFloat64_isNotExcusedByRounding() {
    assertFalse(of(1e-8, 1e-6, 1e-3).passed());
  }

  @Test
  void passed_noNumber_neverPasses() {
    assertFalse(of(Double.NaN, 0, 0).passed());
    assertFalse(of(0, Double.NaN, 0).passed());
    assertFalse(of(0, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY).passed());
  }
}
