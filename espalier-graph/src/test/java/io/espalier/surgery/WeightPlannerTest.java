package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WeightPlannerTest {
  // A 1x1 convolution with 4 weights on 3x3 pixels, 9 MACs each, and a linear layer with 6 weights
  // and 2 biases: 36 + 6 MACs, 12 parameters.
  private static final Graph GRAPH = graph();
  private static final double[] CONV = {5, 1, 4, 8};
  private static final double[] LINEAR = {2, 7, 3, 9, 6, 0.5};

  private static Graph graph() {
    GraphBuilder builder = new GraphBuilder("two");
    builder.input("x", ValueType.floats(1, 2, 3, 3));
    builder.initializer("w", Tensor.floats(new int[] {2, 2, 1, 1}, 1, 2, 3, 4));
    builder.initializer("v", Tensor.floats(new int[] {3, 2}, 1, 2, 3, 4, 5, 6));
    builder.initializer("b", Tensor.floats(new int[] {3}, 1, 2, 3));
    String y = builder.add("conv", new Op.Conv(Window.square(2, 1, 1, 0), 1), "x", "w");
    y = builder.add("pool", new Op.GlobalPool(false), y);
    y = builder.add("flat", new Op.Flatten(1), y);
    y = builder.add("linear", new Op.Gemm(1, 1, false, true), y, "v", "b");
    return builder.output(new Port(y, ValueType.floats(1, 3))).build();
  }

  private static PlanOptions most(Budget.Quantity quantity, long count) {
    return PlanOptions.of(new Budget.Absolute(quantity, count));
  }

  private static String zeros(PlanOptions options) {
    Map<String, double[]> scores = new LinkedHashMap<>();
    scores.put("w", CONV);
    scores.put("v", LINEAR);
    return zeros(scores, options);
  }

  private static String zeros(Map<String, double[]> scores, PlanOptions options) {
    List<PlanEntry> masks = WeightPlanner.masks(GRAPH, scores, options);
    return new TreeMap<>(PruningPlan.of(GRAPH, masks).zeros()).toString();
  }

  /** The order is 0.5 (v5), 1 (w1), 2 (v0), 3 (v2), 4 (w2), 5 (w0), 6 (v4), 7, 8, 9. */
  @Test
  void masks_ofUnits_areTheSmallestScores() {
    assertEquals("{v={0, 5}, w={1}}", zeros(most(Budget.Quantity.UNITS, 7)));
    assertEquals("{}", zeros(most(Budget.Quantity.UNITS, 10)));
  }

  @Test
  void masks_ofParameters_countThoseWithoutAScore() {
    // 13 parameters with the 3 biases; 9 remain when 4 go.
    assertEquals("{v={0, 2, 5}, w={1}}", zeros(most(Budget.Quantity.PARAMS, 9)));
  }

  @Test
  void masks_ofMacs_countWhatIsMultipliedByNonZeros() {
    // 42 MACs; without v5 (1), w1 (9), v0 (1), v2 (1) 30 are left, and without w2 21.
    assertEquals("{v={0, 2, 5}, w={1}}", zeros(most(Budget.Quantity.MACS, 30)));
    assertEquals("{v={0, 2, 5}, w={1, 2}}", zeros(most(Budget.Quantity.MACS, 29)));
  }

  @Test
  void masks_rankedUniformly_takeEqualShares() {
    PlanOptions half = most(Budget.Quantity.UNITS, 5).withRanking(PlanOptions.Ranking.UNIFORM);
    assertEquals("{v={0, 2, 5}, w={1, 2}}", zeros(half));
  }

  @Test
  void masks_ofEqualScores_takeTheFirst() {
    Map<String, double[]> equal = new LinkedHashMap<>();
    equal.put("w", new double[] {1, 1, 1, 1});
    equal.put("v", new double[] {1, 1, 1, 1, 1, 1});
    assertEquals("{v={0}, w={0, 1, 2}}", zeros(equal, most(Budget.Quantity.UNITS, 6)));
  }

  @Test
  void masks_ofAllButNothing_leaveOneWeightALayer() {
    assertEquals("{v={0, 1, 2, 4, 5}, w={0, 1, 2}}", zeros(most(Budget.Quantity.UNITS, 2)));
    PlanException problem =
        assertThrows(PlanException.class, () -> zeros(most(Budget.Quantity.UNITS, 1)));
    assertEquals(
        "budget units=1 cannot be met: at least 20.00% (2 of 10) of 'two' remains; ask for more,"
            + " lower the floor or freeze less",
        problem.getMessage());
  }

  @Test
  void masks_withFloorFreezeAndRatios_doWhatTheySay() {
    assertEquals("{v={0, 2, 5}, w={1, 2}}", zeros(most(Budget.Quantity.UNITS, 5).withFloor(0.5)));
    assertThrows(PlanException.class, () -> zeros(most(Budget.Quantity.UNITS, 4).withFloor(0.5)));
    assertEquals("{v={0, 2, 5}}", zeros(most(Budget.Quantity.UNITS, 7).withFreeze(List.of("co*"))));
    PlanOptions ratio = most(Budget.Quantity.UNITS, 6).withRatios(Map.of("conv", 0.7));
    assertEquals("{v={0, 5}, w={1, 2}}", zeros(ratio));
    PlanOptions alone = ratio.withoutSize().withRatios(Map.of("linear", 0.5));
    assertEquals("{v={0, 2, 5}}", zeros(alone));
  }

  @Test
  void masks_withPatternThatMatchesNothing_areRefused() {
    PlanOptions options = most(Budget.Quantity.UNITS, 6).withFreeze(List.of("stem*"));
    PlanException problem = assertThrows(PlanException.class, () -> zeros(options));
    assertTrue(problem.getMessage().contains("[conv, linear]"), problem.getMessage());
  }

  @Test
  void masks_ofManyWeights_meetTheBudgetExactly() {
    Map<String, double[]> scores = new LinkedHashMap<>();
    scores.put("w", CONV);
    for (int most = 2; most <= 4; most++) {
      List<PlanEntry> masks = WeightPlanner.masks(GRAPH, scores, most(Budget.Quantity.UNITS, most));
      assertEquals(
          4 - most,
          PruningPlan.of(GRAPH, masks).zeros().values().stream()
              .mapToInt(b -> b.cardinality())
              .sum());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> zeros(Map.of("w", Arrays.copyOf(CONV, 3)), most(Budget.Quantity.UNITS, 2)));
  }
}
