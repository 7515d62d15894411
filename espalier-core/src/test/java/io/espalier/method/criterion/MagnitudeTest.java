package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.surgery.PlanOptions;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MagnitudeTest {
  // Nine weights of the convolution, six of the linear layer.
  private static final Graph GRAPH =
      TinyNetworks.classifier(
          new float[][] {{1, -5, 0.5f}, {-2, 4, 8}, {-9, 6, -7}},
          new float[][] {{0.1f, -3, 0.2f}, {10, 0.3f, -0.4f}});

  private static PruneResult prune(Budget.Quantity quantity, long most, String layers) {
    PlanOptions options = PlanOptions.of(new Budget.Absolute(quantity, most));
    return Pruner.of(
            GRAPH, PruneOptions.of("magnitude", options).withSettings(Map.of("layers", layers)))
        .run();
  }

  private static String weights(PruneResult result, String name) {
    return Arrays.toString(result.graph().weight(name).toFloats());
  }

  @Test
  void prune_byDefault_ranksConvolutionsAlone() {
    PruneResult result = prune(Budget.Quantity.PARAMS, 12, "convolutions");
    assertEquals(
        "[0.0, -5.0, 0.0, 0.0, 4.0, 8.0, -9.0, 6.0, -7.0]", weights(result, "first.weight"));
    assertEquals("[0.1, -3.0, 0.2, 10.0, 0.3, -0.4]", weights(result, "last.weight"));
  }

  @Test
  void prune_ofAllLayers_hasOneThreshold() {
    PruneResult result = prune(Budget.Quantity.PARAMS, 9, "all");
    assertEquals(
        "[0.0, -5.0, 0.0, -2.0, 4.0, 8.0, -9.0, 6.0, -7.0]", weights(result, "first.weight"));
    assertEquals("[0.0, -3.0, 0.0, 10.0, 0.0, 0.0]", weights(result, "last.weight"));
  }

  @Test
  void prune_saysThatNothingGetsSmaller() {
    PruneResult result = prune(Budget.Quantity.UNITS, 6, "convolutions");
    assertEquals(result.before().macs(), result.after().macs());
    assertEquals(result.before().params(), result.after().params());
    assertEquals(0, result.findings().getFirst().maxDifference());
    assertEquals(
        "magnitude sets 3 of 15 parameters to zero (80.0 % are left) and removes none: run densely,"
            + " the network is as big and as slow as before",
        result.warnings().getFirst());
    assertEquals(3, result.records().path("zeros").path("zeros").asInt());
  }

  @Test
  void prune_withOptionsForChannels_isRefused() {
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.PARAMS, 0.5));
    for (PlanOptions options :
        new PlanOptions[] {half.withAlign(4), half.withScope(PlanOptions.Scope.BRANCHES)}) {
      MethodException problem =
          assertThrows(
              MethodException.class,
              () -> Pruner.of(GRAPH, PruneOptions.of("magnitude", options)).run());
      assertTrue(problem.getMessage().startsWith("magnitude removes no channels"));
    }
    PruneOptions own = PruneOptions.of("magnitude", half.withoutSize());
    assertThrows(MethodException.class, () -> Pruner.of(GRAPH, own).run());
  }
}
